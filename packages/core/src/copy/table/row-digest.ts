import { hash } from 'node:crypto'
import type { Cell, JsonValue, RowBatch } from '../../rows/row.ts'
import { compareText } from '../../filter/compare.ts'

const words = 4

/** A digest as four numbers of 32 bits, the least significant first. */
export type RowHash = readonly [number, number, number, number]

/**
 * Writes rows in the one form that equal rows share: fields in order of name, null told from a missing field, keys of objects in order.
 */
export class CanonicalRows {
  readonly #columns: readonly string[] | undefined
  #names: readonly string[] | undefined
  #fields: readonly { readonly index: number; readonly prefix: string }[] = []

  /** @param columns - the columns that count; undefined for all */
  constructor(columns?: readonly string[]) {
    this.#columns = columns
  }

  /** Gives the canonical text of each row. */
  texts({ columns, rows }: RowBatch): string[] {
    if (columns !== this.#names) this.#prepare(columns)
    return rows.map((row) => this.#text(row))
  }

  #prepare(names: readonly string[]): void {
    this.#names = names
    this.#fields = names
      .map((name, index) => ({ name, index, prefix: `${JSON.stringify(name)}:` }))
      .filter(({ name }) => this.#columns === undefined || this.#columns.includes(name))
      .toSorted((left, right) => compareText(left.name, right.name))
  }

  #text(row: readonly Cell[]): string {
    let text = ''
    for (const { index, prefix } of this.#fields) {
      const cell = row[index]
      if (cell !== undefined) text += prefix + canonicalText(cell) + ','
    }
    return text
  }
}

function canonicalText(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalText).join(',')}]`
  const entries = Object.entries(value as { readonly [key: string]: JsonValue })
  const sorted = entries.toSorted(([left], [right]) => compareText(left, right))
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(',')}}`
}

/** Gives the first 128 bits of a text's SHA-256. */
export function hashText(text: string): RowHash {
  const bytes = hash('sha256', text, 'buffer')
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)]
}

/** A sum of digests modulo 2^128: the same for the same rows in any order, and different when one of them comes twice. */
export class DigestSum {
  readonly #words = new Uint32Array(words)

  /** Counts a row in. */
  add(row: RowHash): void {
    addWords(this.#words, 0, row)
  }

  /** Counts all rows of another sum in. */
  addSum(other: DigestSum): void {
    const [first = 0, second = 0, third = 0, fourth = 0] = other.#words
    addWords(this.#words, 0, [first, second, third, fourth])
  }

  /** Gives the sum as hex. */
  get text(): string {
    return wordsText(this.#words, 0)
  }

  /** Goes on from a sum given as hex. */
  static from(text: string): DigestSum {
    const sum = new DigestSum()
    for (let word = 0; word < words; word += 1) {
      const end = text.length - 8 * word
      sum.#words[word] = Number.parseInt(text.slice(end - 8, end), 16)
    }
    return sum
  }
}

/** Adds a digest to the one at a place of an array. */
export function addWords(sums: Uint32Array, start: number, row: RowHash): void {
  let carry = 0
  for (let word = 0; word < words; word += 1) {
    const sum = (sums[start + word] ?? 0) + (row[word] ?? 0) + carry
    sums[start + word] = sum
    carry = sum > 0xffffffff ? 1 : 0
  }
}

/** Takes the digest at a place of one array from that of another. */
export function subtractWords(sums: Uint32Array, others: Uint32Array, start: number): void {
  let borrow = 0
  for (let word = 0; word < words; word += 1) {
    const difference = (sums[start + word] ?? 0) - (others[start + word] ?? 0) - borrow
    sums[start + word] = difference
    borrow = difference < 0 ? 1 : 0
  }
}

/** Gives the digest at a place of an array as hex. */
export function wordsText(sums: Uint32Array, start: number): string {
  let text = ''
  for (let word = words - 1; word >= 0; word -= 1) text += (sums[start + word] ?? 0).toString(16).padStart(8, '0')
  return text
}
