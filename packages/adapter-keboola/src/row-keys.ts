import type { RowBatch } from '@stowage/core/driver'
import { writeCell } from './cell-text.ts'

/** Gives the keys of a batch's rows as texts, in the order of the key's columns. */
export function keysOf(primaryKey: readonly string[], { columns, rows }: RowBatch): string[][] {
  const sources = primaryKey.map((name) => columns.indexOf(name))
  return rows.map((row) => sources.map((source) => writeCell(row[source]) ?? ''))
}

/** Gives a key as one text, for sets and maps. */
export function keyName(key: readonly string[]): string {
  return JSON.stringify(key)
}
