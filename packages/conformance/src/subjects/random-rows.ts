import type { ColumnType, JsonValue, Row } from '@stowage/core'
import type { SeededRandom } from '../seeded-random.ts'
import { awkwardTexts } from './awkward-texts.ts'

/** Columns of all types, two of the common ones. */
export const randomColumns = {
  s: 'string',
  s2: 'string',
  n: 'number',
  n2: 'number',
  b: 'boolean',
  t: 'timestamp',
  o: 'object',
  a: 'array',
} as const satisfies Readonly<Record<string, ColumnType>>

// None begins with $, so that updates take them.
const keys = [
  'x',
  'y',
  '',
  'a.b',
  'x y',
  '0',
  '10',
  'constructor',
  'toString',
  'length',
  '\u00e9',
  'e\u0301',
  '"',
  '\\',
]

function randomNumber(random: SeededRandom): number {
  const size = 10 ** (random.below(40) - 20)
  const value = random.pick([
    random.below(1000) - 500,
    (random.below(2 ** 31) / 2 ** 31) * size,
    -random.below(2 ** 31) * size,
  ])
  // JSON knows one zero.
  return value === 0 ? 0 : value
}

function randomText(random: SeededRandom): string {
  if (random.chance(0.5)) return random.pick(['', ...awkwardTexts])
  return random.list(0, 4, () => random.pick(awkwardTexts)).join('')
}

function randomInstant(random: SeededRandom): string {
  const text = new Date(random.below(2 ** 31) * 1000 + random.below(1000)).toISOString()
  return random.pick([
    text,
    text.replace(/\.\d+Z$/, 'Z'),
    text.replace('Z', '+05:30'),
    text.replace('Z', '123456-11:00'),
  ])
}

/** Makes any JSON value of a small depth. */
export function randomValue(random: SeededRandom, depth = 3): JsonValue {
  if (depth > 0 && random.chance(0.3)) return randomArray(random, depth - 1)
  if (depth > 0 && random.chance(0.3)) return randomObject(random, depth - 1)
  return random.pick<() => JsonValue>([
    () => randomText(random),
    () => randomNumber(random),
    () => random.chance(0.5),
    () => null,
  ])()
}

function randomArray(random: SeededRandom, depth: number): JsonValue[] {
  return random.list(0, 3, () => randomValue(random, depth))
}

function randomObject(random: SeededRandom, depth: number): Readonly<Record<string, JsonValue>> {
  const names = random.shuffle(keys).slice(0, random.below(4))
  return Object.fromEntries(names.map((name) => [name, randomValue(random, depth)]))
}

const makers: Readonly<Record<ColumnType, (random: SeededRandom) => JsonValue>> = {
  string: randomText,
  number: randomNumber,
  boolean: (random) => random.chance(0.5),
  timestamp: randomInstant,
  object: (random) => randomObject(random, 2),
  array: (random) => randomArray(random, 2),
}

/** Makes rows for {@link randomColumns}, with nulls and missing fields among them: the same ones for the same seed. */
export function randomRows(random: SeededRandom, count: number): Row[] {
  return Array.from({ length: count }, () => {
    const fields = Object.entries(randomColumns).filter(() => !random.chance(0.15))
    return Object.fromEntries(fields.map(([name, type]) => [name, random.chance(0.1) ? null : makers[type](random)]))
  })
}
