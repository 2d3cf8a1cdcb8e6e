import { readTextAs } from '../adapters/option-schema.ts'
import { describe } from './config-document.ts'
import { type KeyPath, writePath } from './problem.ts'
import type { LayerConfig } from './resolved-config.ts'
import { isPlainObject } from './substitute.ts'
import { didYouMean } from './suggestion.ts'

/** A layer that config can name. */
export interface KnownLayer {
  /** What it is for. */
  readonly description: string
  /** Its options. */
  readonly options: Readonly<Record<string, KnownOption>>
}

/** An option of a layer. */
export interface KnownOption {
  /** Its JSON type. */
  readonly type: string
  /** What it does. */
  readonly description: string
  /** What holds when it is left out. */
  readonly default?: unknown
  /** Whether it must be given. */
  readonly isRequired?: boolean
  /** The least value of a number. */
  readonly minimum?: number
  /** The greatest value of a number. */
  readonly maximum?: number
  /** Whether a number must be whole. */
  readonly isInteger?: boolean
  /** The only values a text may have. */
  readonly values?: readonly string[]
}

/** The layers config can name. */
export type LayerTable = ReadonlyMap<string, KnownLayer>

/** What checking layers needs. */
export interface LayerCheck {
  /** The layers there are. */
  readonly table: LayerTable
  /** Paths whose text came from a variable and may mean a number or a flag. */
  readonly wholeVariables: ReadonlySet<string>
  /** Called for each problem. */
  readonly report: (path: KeyPath, text: string) => void
}

/** Reads the layers of a backend: `retry`, `{ retry: { … } }`, and `true` or nothing for a layer without options (`- retry:`). */
export function checkLayers(layers: readonly unknown[], path: KeyPath, check: LayerCheck): readonly LayerConfig[] {
  return layers.flatMap((layer, index) => checkLayer(layer, [...path, index], check))
}

function checkLayer(layer: unknown, path: KeyPath, check: LayerCheck): readonly LayerConfig[] {
  const written: unknown = typeof layer === 'string' ? { [layer]: {} } : layer
  const entries = isPlainObject(written) ? Object.entries(written) : []
  const [entry] = entries
  if (entry === undefined || entries.length > 1) {
    const got = entries.length > 1 ? `one with ${entries.length} keys` : describe(layer)
    check.report(path, `a layer is its name, or an object with its name alone as key; got ${got}`)
    return []
  }
  const [name, options] = entry
  const known = check.table.get(name)
  if (known === undefined) {
    const names = [...check.table.keys()]
    check.report(path, `unknown layer "${name}"${didYouMean(name, names) || `; known are ${names.join(', ')}`}`)
    return []
  }
  return [
    {
      name,
      options: checkOptions(options === true ? {} : (options ?? {}), known, { path: [...path, name], name }, check),
    },
  ]
}

function checkOptions(
  options: unknown,
  known: KnownLayer,
  { path, name }: { path: KeyPath; name: string },
  { report, wholeVariables }: LayerCheck,
): Readonly<Record<string, unknown>> {
  if (!isPlainObject(options)) {
    report(path, `the options of a layer are an object, got ${describe(options)}`)
    return {}
  }
  const checked: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    const keyPath = [...path, key]
    const option = Object.hasOwn(known.options, key) ? known.options[key] : undefined
    if (option === undefined) {
      report(keyPath, `unknown option of layer "${name}"${didYouMean(key, Object.keys(known.options))}`)
      continue
    }
    const isText = typeof value === 'string' && wholeVariables.has(writePath(keyPath))
    const read = isText ? readTextAs(value, { type: option.type }) : value
    const fault = faultOf(read, option)
    if (fault !== undefined) report(keyPath, fault)
    checked[key] = read
  }
  for (const [key, option] of Object.entries(known.options)) {
    if (option.isRequired === true && checked[key] === undefined)
      report([...path, key], `missing: ${option.description}`)
  }
  return checked
}

function faultOf(value: unknown, option: KnownOption): string | undefined {
  const { type, minimum = -Infinity, maximum = Infinity, isInteger = false, values } = option
  if (value === undefined) return undefined
  if (typeOf(value) !== type) return `expected ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}, got ${describe(value)}`
  if (typeof value === 'number') {
    if (isInteger && !Number.isSafeInteger(value)) return 'expected a whole number'
    if (!(value >= minimum)) return `expected at least ${minimum}`
    if (!(value <= maximum)) return `expected at most ${maximum}`
  }
  const isOther = typeof value === 'string' && values !== undefined && !values.includes(value)
  return isOther
    ? `expected one of ${values.map((name) => `"${name}"`).join(', ')}${didYouMean(value, values)}`
    : undefined
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
