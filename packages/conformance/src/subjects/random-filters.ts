import type { Filter, JsonValue, Row } from '@stowage/core'
import type { SeededRandom } from '../seeded-random.ts'

const numbers = [-1.5, -1, 0, 1, 2, 5, 10, 9.75, 1e300, 5e-324, 2 ** 53 - 1]
const words = ['a', 'b', 'B', 'ab', '5', '10', '\u{1f600}', '\uff5e', 'a\nb', '\u00e9', 'e\u0301', "o'k", '%', '_', '"']
const patterns = ['', 'a', '^a', 'b$', '^$', '^[a-c]+$', '.', '\\d', 'a|B', '^.$', '^ab?$', '\\n']
const scalars: readonly JsonValue[] = [...numbers, ...words, '', true, false, null]

/** How rows and filters are made up: which fields, and what stands in them. */
export interface RandomKind {
  /** Paths that filters ask about. */
  readonly paths: readonly string[]
  /** Makes a row. */
  readonly row: (random: SeededRandom) => Row
  /** Makes a value to compare with. */
  readonly value: (random: SeededRandom) => JsonValue
}

/** Makes any JSON value of small depth. */
function anyValue(random: SeededRandom, depth = 2): JsonValue {
  if (depth === 0 || random.chance(0.65)) return random.pick(scalars)
  if (random.chance(0.5)) return random.list(0, 3, () => anyValue(random, depth - 1))
  const names = random.shuffle(['x', 'y']).slice(0, random.below(3))
  return Object.fromEntries(names.map((name) => [name, anyValue(random, depth - 1)]))
}

function makeRow(random: SeededRandom, makers: Readonly<Record<string, () => JsonValue>>, holes: number): Row {
  const fields = Object.entries(makers).filter(() => !random.chance(holes))
  return Object.fromEntries(fields.map(([name, make]) => [name, random.chance(holes) ? null : make()]))
}

/** Rows of any shape. */
export const mixedKind: RandomKind = {
  paths: ['a', 'b', 'c', 'a.x', 'b.y', 'a.0', 'b.0.x', 'c.x.y', 'nowhere'],
  row: (random) => {
    const make = (): JsonValue => anyValue(random)
    return makeRow(random, { a: make, b: make, c: make }, 0.12)
  },
  value: (random) => anyValue(random),
}

const instants = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00Z', '2026-06-30T23:59:59.999Z']

/** Rows of declared columns, one of each type. */
export const typedKind: RandomKind = {
  paths: ['text', 'num', 'flag', 'at', 'obj', 'list', 'obj.x', 'list.0', 'list.x'],
  row: (random) => {
    const makers = {
      text: () => random.pick(['', ...words]),
      num: () => random.pick(numbers),
      flag: () => random.chance(0.5),
      at: () => random.pick(instants),
      obj: () => ({ x: random.pick(scalars) }),
      list: () => random.list(0, 3, () => anyValue(random, 1)),
    }
    return makeRow(random, makers, 0.12)
  },
  value: (random) => (random.chance(0.2) ? random.pick(instants) : anyValue(random, 1)),
}

/** Rows of text columns, each with a value that isn't empty. */
export const textKind: RandomKind = {
  paths: ['a', 'b', 'c'],
  row: (random) => ({ a: random.pick(words), b: random.pick(words), c: random.pick(words) }),
  value: (random) => random.pick(random.chance(0.9) ? words : scalars),
}

/** Makes a filter. */
export function randomFilter(random: SeededRandom, kind: RandomKind, depth = 2): Filter {
  if (depth > 0 && random.chance(0.4)) {
    const operator = random.pick(['$and', '$or', '$nor'])
    return { [operator]: random.list(1, 3, () => randomFilter(random, kind, depth - 1)) }
  }
  const paths = random.shuffle(kind.paths).slice(0, random.chance(0.25) ? 2 : 1)
  return Object.fromEntries(paths.map((path) => [path, randomOperators(random, kind)])) as Filter
}

function randomOperators(random: SeededRandom, kind: RandomKind): Record<string, unknown> {
  const operators = random.list(1, 2, () => randomOperator(random, kind))
  const joined = Object.assign({}, ...operators) as Record<string, unknown>
  return random.chance(0.15) ? { $not: joined } : joined
}

function randomOperator(random: SeededRandom, kind: RandomKind): Record<string, unknown> {
  const operator = random.pick(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$regex'])
  switch (operator) {
    case '$in':
    case '$nin':
      return { [operator]: random.list(0, 3, () => kind.value(random)) }
    case '$exists':
      return { $exists: random.chance(0.5) }
    case '$regex':
      return { $regex: random.pick(patterns) }
    default:
      return { [operator]: kind.value(random) }
  }
}
