import type { LogFields, Logger } from '../driver/adapter-definition.ts'
import { redact } from '../errors/redaction.ts'

/** How much a line matters, from least to most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** All log levels, from least to most. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

const ignore = (): void => {}

/** A logger that writes nothing: the default. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** What {@link consoleLogger} can be told. */
export interface ConsoleLoggerOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel | undefined
  /** Takes a finished line. Default: standard error, so that standard output stays the program's own. */
  readonly write?: ((line: string) => void) | undefined
}

/**
 * Makes a logger that writes one line of text for each call: instant, level, message and fields as JSON, secrets masked.
 *
 * A line break in a message or field is written as `\n`, so that no value can forge a line.
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  const { level = 'info', write = (line: string): void => void process.stderr.write(`${line}\n`) } = options
  const logAt =
    (lineLevel: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write(formatLine(lineLevel, message, fields))
  const least = logLevels.indexOf(level)
  const entries = logLevels.map((name, rank) => [name, rank < least ? ignore : logAt(name)] as const)
  return Object.fromEntries(entries) as unknown as Logger
}

function formatLine(level: LogLevel, message: string, fields: LogFields): string {
  const json = JSON.stringify(redact(fields), (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  const line = `${new Date().toISOString()} ${level} ${redact(message)}${json === '{}' ? '' : ` ${json}`}`
  return line.replace(/[\p{Cc}\u2028\u2029]/gu, escapeCharacter)
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n'
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
