import { type Command, InvalidArgumentError, Option } from 'commander'
import { readDuration } from './duration.ts'
import { knobs } from './fault-knobs.ts'

/** The options that say how to serve, whatever is served, as commander gives them. */
export interface CommonServeOptions {
  readonly backend?: string
  readonly dir?: string
  readonly host: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly allowRemote: boolean
  readonly fault: readonly string[]
  readonly log: 'requests' | 'none'
  readonly grace: number
  readonly json: boolean
}

/** Adds them. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--backend <name>', 'a backend of the configuration').conflicts('dir'))
    .option('--dir <path>', 'keep the data of the embedded backend there (default: in memory)')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--tls-cert <file>', 'certificate in PEM, with --tls-key: serve https')
    .option('--tls-key <file>', 'private key in PEM')
    .option('--allow-remote', 'let others reach it without a token of your own and TLS', false)
    .addOption(
      new Option('--fault <rule>', 'have requests go wrong, as in status=503,after=commit,nth=3; may be repeated')
        .argParser((rule: string, before: readonly string[]) => [...before, rule])
        .default([], 'none'),
    )
    .addOption(
      new Option('--log <what>', 'what is told on standard error: a line for each request, or failures alone')
        .choices(['requests', 'none'])
        .default('requests'),
    )
    .addOption(
      new Option('--grace <time>', 'how long requests may finish when it stops')
        .argParser(readGrace)
        .default(5000, '5s'),
    )
    .option('--json', 'print what a client needs as one line of JSON', false)
}

// The longest that timers count.
const mostMs = 2 ** 31 - 1

function readGrace(text: string): number {
  const ms = readDuration(text)
  if (ms !== undefined && ms <= mostMs) return ms
  throw new InvalidArgumentError('Give a time, for example 250ms or 30s.')
}

/** What a fault can say, for the end of the help. */
export function faultHelp(): string {
  const lines = knobs
    .filter(({ description }) => description !== '')
    .map(({ name, description }) => `  ${name.padEnd(21)} ${description}`)
  return `\nWhat --fault takes, with commas between:\n${lines.join('\n')}\n`
}
