import { isAbsolute, resolve } from 'node:path'
import type { OptionsCheck, OptionsIssue } from '@stowage/core/driver'
import { type AnyAdapter, type OptionTable, optionTable, readTextAs } from '../adapters/option-schema.ts'
import type { BackendDraft } from './config-document.ts'
import type { ConfigSource, OptionVariable } from './config-source.ts'
import { type Environment, variableSuffix } from './environment.ts'
import { ownKeyNames } from './own-keys.ts'
import { type KeyPath, writePath } from './problem.ts'
import { maskSecrets, secretTexts } from './secrets.ts'
import { closestName, didYouMean } from './suggestion.ts'

/** What checking an adapter's options needs. */
export interface OptionsCheckContext {
  /** The backend as written. */
  readonly draft: BackendDraft
  /** Where the configuration came from. */
  readonly source: ConfigSource
  /** Where absent options are looked up. */
  readonly environment: Environment
  /** Paths whose text came from a variable and may mean a number or a flag. */
  readonly wholeVariables: ReadonlySet<string>
  /** Called for each problem. */
  readonly report: (path: KeyPath, text: string) => void
}

/** Options that passed. */
export interface CheckedOptions {
  /** As the adapter's schema gives them. */
  readonly options: unknown
  /** As they went into it. */
  readonly written: Readonly<Record<string, unknown>>
}

/**
 * Checks the options of an adapter: fills absent ones from the environment, refuses unknown ones, then asks the
 * adapter's schema.
 *
 * @returns undefined when a problem was reported
 */
export async function checkOptions(
  definition: AnyAdapter,
  options: Readonly<Record<string, unknown>>,
  context: OptionsCheckContext,
): Promise<CheckedOptions | undefined> {
  const table = optionTable(definition)
  const written: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (isKnown(name, table)) written[name] = readOption(name, value, table, context)
    else context.report([...context.draft.path, name], unknownOption(name, definition, table))
  }
  takeVariables(definition, table, written, context)
  fillAbsent(definition, table, written, context.environment)
  resolvePaths(table, written, context.source.directory)
  return validate(definition, written, context)
}

function isKnown(name: string, { options, isClosed }: OptionTable): boolean {
  return options.has(name) || !isClosed
}

function unknownOption(name: string, definition: AnyAdapter, { options }: OptionTable): string {
  const hint = didYouMean(name, [...options.keys(), ...ownKeyNames])
  return `unknown option of adapter "${definition.name}"${hint}`
}

function readOption(name: string, value: unknown, table: OptionTable, context: OptionsCheckContext): unknown {
  const isText = typeof value === 'string' && context.wholeVariables.has(writePath([...context.draft.path, name]))
  return isText ? readTextAs(value, table.options.get(name)) : value
}

function takeVariables(
  definition: AnyAdapter,
  table: OptionTable,
  written: Record<string, unknown>,
  { draft, report }: OptionsCheckContext,
): void {
  const bySuffix = new Map([...table.options.keys()].map((option) => [variableSuffix(option), option]))
  for (const { variable, suffix, text } of draft.optionVariables) {
    const option = bySuffix.get(suffix)
    if (option !== undefined) written[option] = readTextAs(text, table.options.get(option))
    else if (!Object.values(definition.environment).includes(variable)) {
      report([...draft.path, suffix], unknownVariable({ suffix, variable }, definition, bySuffix.keys()))
    }
  }
}

function unknownVariable(
  { suffix, variable }: Pick<OptionVariable, 'suffix' | 'variable'>,
  definition: AnyAdapter,
  known: Iterable<string>,
): string {
  const closest = closestName(suffix, [...known, ...ownKeyNames.map(variableSuffix)])
  const hint = closest === undefined ? '' : `; did you mean "${variable.slice(0, -suffix.length)}${closest}"?`
  return `unknown variable: adapter "${definition.name}" has no such option${hint}`
}

function fillAbsent(
  definition: AnyAdapter,
  { options }: OptionTable,
  written: Record<string, unknown>,
  environment: Environment,
): void {
  for (const [option, variable] of Object.entries(definition.environment)) {
    const text = environment[variable]
    if (written[option] === undefined && text !== undefined && text !== '') {
      written[option] = readTextAs(text, options.get(option))
    }
  }
}

// Wherever the process was started, a path in a configuration means the same place: it is relative to the file.
function resolvePaths({ options }: OptionTable, written: Record<string, unknown>, directory: string): void {
  for (const [name, { format }] of options) {
    const value = written[name]
    if (format === 'path' && typeof value === 'string' && !isAbsolute(value)) written[name] = resolve(directory, value)
  }
}

async function validate(
  definition: AnyAdapter,
  written: Readonly<Record<string, unknown>>,
  { draft, report }: OptionsCheckContext,
): Promise<CheckedOptions | undefined> {
  const secrets = secretTexts(definition.secretOptions, written)
  const result = await tryValidate(definition, written, (text) => report(draft.path, maskSecrets(text, secrets)))
  if (result === undefined) return undefined
  if (result.issues === undefined) return { options: result.value, written }
  for (const issue of result.issues) {
    const path = (issue.path ?? []).map((key) => (typeof key === 'object' ? key.key : key))
    report([...draft.path, ...path], maskSecrets(explainIssue(issue, path, definition, written), secrets))
  }
  return undefined
}

async function tryValidate(
  definition: AnyAdapter,
  written: Readonly<Record<string, unknown>>,
  reportFailure: (text: string) => void,
): Promise<OptionsCheck<unknown> | undefined> {
  try {
    return await definition.optionsSchema['~standard'].validate(written)
  } catch (error) {
    reportFailure(`adapter "${definition.name}" failed to check its options: ${(error as Error).message}`)
    return undefined
  }
}

function explainIssue(
  issue: OptionsIssue,
  path: KeyPath,
  definition: AnyAdapter,
  written: Readonly<Record<string, unknown>>,
): string {
  const [option] = path
  const isMissing = path.length === 1 && typeof option === 'string' && written[option] === undefined
  if (!isMissing) return `${issue.message} (option of adapter "${definition.name}")`
  const missing = `missing option of adapter "${definition.name}"`
  const variable = Object.hasOwn(definition.environment, option) ? definition.environment[option] : undefined
  return variable === undefined ? missing : `${missing}; set it here or in the environment variable ${variable}`
}
