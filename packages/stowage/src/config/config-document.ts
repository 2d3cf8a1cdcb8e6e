import type { ConfigSource, OptionVariable } from './config-source.ts'
import { onlyBackendName } from './environment.ts'
import { configError, type ConfigProblem, type KeyPath, problemAt, type ProblemPlace } from './problem.ts'
import { isPlainObject } from './substitute.ts'
import { didYouMean } from './suggestion.ts'

/** A configuration's outline: which backends it has. Their contents are not looked at yet. */
export interface ConfigDocument {
  /** Where it came from. */
  readonly source: ConfigSource
  /** What `default` says, before variables are filled in. */
  readonly defaultName: unknown
  /** The backends by name, in the order written. */
  readonly backends: ReadonlyMap<string, BackendDraft>
}

/** A backend as it is written. */
export interface BackendDraft {
  /** Its name. */
  readonly name: string
  /** Its keys: our own and the adapter's options. */
  readonly value: Readonly<Record<string, unknown>>
  /** The path of `value` in the source. */
  readonly path: KeyPath
  /** Options given as environment variables. */
  readonly optionVariables: readonly OptionVariable[]
}

/** Says where a key is: file, line, and the name people gave it. */
export function placeOf(source: ConfigSource, path: KeyPath): ProblemPlace {
  return { file: source.file, line: source.lineOf(path), key: source.nameOf(path) }
}

const rootKeys = ['default', 'backends', '$schema']
// No `:` or `/`: the command line writes `backend:bucket/name`.
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/**
 * Reads a configuration's outline, the short form with a single backend included.
 *
 * @throws StorageError `invalid-argument` with everything wrong with the outline
 */
export function readDocument(source: ConfigSource): ConfigDocument {
  const { value } = source
  if (!isPlainObject(value)) {
    const text = 'a configuration is an object with "backends", or with "adapter" and its options'
    throw configError([
      problemAt({ file: source.file, line: source.lineOf([]) }, `${text}; this is ${describe(value)}`),
    ])
  }
  if (Object.hasOwn(value, 'adapter') && !Object.hasOwn(value, 'backends')) return readShortForm(source, value)
  const problems: ConfigProblem[] = []
  const report = (path: KeyPath, text: string): void => void problems.push(problemAt(placeOf(source, path), text))
  for (const key of Object.keys(value)) {
    if (!rootKeys.includes(key)) report([key], `unknown key${didYouMean(key, [...rootKeys, 'adapter'])}`)
  }
  const backends = readBackends(source, value['backends'], report)
  if (problems.length > 0) throw configError(problems)
  return { source, defaultName: value['default'], backends }
}

function readShortForm(source: ConfigSource, value: Readonly<Record<string, unknown>>): ConfigDocument {
  const { $schema: _, ...keys } = value
  const draft: BackendDraft = { name: onlyBackendName, value: keys, path: [], optionVariables: [] }
  return { source, defaultName: undefined, backends: new Map([[draft.name, draft]]) }
}

type Report = (path: KeyPath, text: string) => void

function readBackends(source: ConfigSource, backends: unknown, report: Report): ReadonlyMap<string, BackendDraft> {
  const drafts = new Map<string, BackendDraft>()
  if (!isPlainObject(backends)) {
    const what = backends === undefined ? 'missing' : `is ${describe(backends)}`
    report(['backends'], `${what}; write "backends: { <name>: { adapter: local } }", or "adapter: local" alone`)
    return drafts
  }
  for (const [name, value] of Object.entries(backends)) {
    const path = ['backends', name]
    if (!namePattern.test(name)) report(path, 'a backend is named with letters, digits, "_", "-" and "."')
    else if (!isPlainObject(value)) report(path, `expected an object with "adapter", got ${describe(value)}`)
    else drafts.set(name, { name, value, path, optionVariables: source.optionVariables.get(name) ?? [] })
  }
  if (Object.keys(backends).length === 0) report(['backends'], 'names no backend')
  return drafts
}

/** Says what kind of value something is, without showing it. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return `a ${typeof value}`
  const maker: unknown = value.constructor
  return isPlainObject(value) || typeof maker !== 'function' ? 'an object' : `an object of class ${maker.name}`
}
