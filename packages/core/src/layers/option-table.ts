import { invalidArgument } from '../errors/storage-error.ts'

/** What one option of a layer is: enough to check it, and to describe it in a JSON Schema. */
export interface OptionDescription {
  /** Its JSON type. */
  readonly type: 'number' | 'string' | 'boolean' | 'array' | 'object'
  /** What it does, with its unit, for people. */
  readonly description: string
  /** What holds when it is left out; absent when nothing does. */
  readonly default?: number | string | boolean
  /** Whether it must be given. Default false. */
  readonly isRequired?: boolean
  /** The least value of a number. */
  readonly minimum?: number
  /** The greatest value of a number. */
  readonly maximum?: number
  /** Whether a number must be whole. Default false. */
  readonly isInteger?: boolean
  /** The only values a string may have. */
  readonly values?: readonly string[]
}

/** The options of a layer that can stand in a config, by name. */
export type OptionTable = Readonly<Record<string, OptionDescription>>

/**
 * Checks a layer's options against its table: unknown names and wrong values are refused. An option that is undefined counts
 * as left out.
 *
 * @param layer - the layer's name, for messages
 * @param table - its options
 * @param options - what was given
 * @param codeOnly - further names, for options that only code can give, such as a clock
 */
export function checkOptions(
  layer: string,
  table: OptionTable,
  options: unknown,
  codeOnly: readonly string[] = [],
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument(`options of layer \`${layer}\` must be an object, not ${show(options)}`, { layer })
  }
  for (const [name, value] of Object.entries(options)) {
    if (codeOnly.includes(name)) continue
    const description = Object.hasOwn(table, name) ? table[name] : undefined
    if (description === undefined) throw unknownOption(layer, table, name)
    const problem = value === undefined ? undefined : findProblem(description, value)
    if (problem !== undefined) throw badOption(layer, name, `${problem}, not ${show(value)}`)
  }
  for (const [name, { isRequired, description }] of Object.entries(table)) {
    const isMissing = (options as Record<string, unknown>)[name] === undefined
    if (isRequired === true && isMissing) throw badOption(layer, name, `be given: ${description}`)
  }
}

/** Builds the error for an option with a wrong value; `must` goes on after "must". */
export function badOption(layer: string, option: string, must: string): Error {
  return invalidArgument(`option \`${option}\` of layer \`${layer}\` must ${must}`, { layer, option })
}

function unknownOption(layer: string, table: OptionTable, option: string): Error {
  const names = Object.keys(table).map((name) => `\`${name}\``)
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
  return invalidArgument(`layer \`${layer}\` has no option \`${option}\`; ${known}`, { layer, option })
}

function findProblem(description: OptionDescription, value: unknown): string | undefined {
  const { type, minimum = -Infinity, maximum = Infinity, isInteger, values } = description
  switch (type) {
    case 'number': {
      const isRight = Number.isFinite(value) && (value as number) >= minimum && (value as number) <= maximum
      const isWhole = isInteger !== true || Number.isSafeInteger(value)
      return isRight && isWhole ? undefined : `be ${describeNumber(description)}`
    }
    case 'string':
      if (typeof value !== 'string' || value === '') return 'be a text that is not empty'
      return values === undefined || values.includes(value) ? undefined : `be one of ${values.join(', ')}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'be true or false'
    case 'array':
      return Array.isArray(value) ? undefined : 'be a list'
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'be an object'
  }
}

function describeNumber({ minimum, maximum, isInteger }: OptionDescription): string {
  const noun = isInteger === true ? 'a whole number' : 'a number'
  if (minimum === undefined) return maximum === undefined ? noun : `${noun} of at most ${maximum}`
  return maximum === undefined ? `${noun} of at least ${minimum}` : `${noun} from ${minimum} to ${maximum}`
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
