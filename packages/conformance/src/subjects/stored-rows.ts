import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Filter, Row, Table } from '@stowage/core'

const longestShown = 300

/** Reads the rows of a table, or those a filter finds, in the order of their `id`. */
export async function storedRows(table: Table, filter: Filter = {}): Promise<Row[]> {
  return byId(await table.find(filter).toArray())
}

/** Checks that a table holds these rows and no others, each once. They need an `id`. */
export async function assertStored(table: Table, expected: readonly Row[]): Promise<void> {
  assertSameRows(await storedRows(table), byId(expected))
}

/** Checks that two lists of rows are the same; a failure names the first difference instead of printing thousands of rows. */
export function assertSameRows(found: readonly Row[], expected: readonly Row[]): void {
  const at = expected.findIndex((row, index) => !isSameRow(found[index], row))
  if (at >= 0) {
    const counts = `${found.length} rows where ${expected.length} were expected`
    assert.fail(`${counts}; row ${at} is ${show(found[at])}, not ${show(expected[at])}`)
  }
  if (found.length > expected.length)
    assert.fail(`${found.length - expected.length} rows too many: ${show(found.at(-1))}`)
}

function isSameRow(found: Row | undefined, expected: Row): boolean {
  // Fields of a row have no order, but those inside its values do.
  return (
    found !== undefined &&
    isDeepStrictEqual(found, expected) &&
    Object.keys(expected).every((name) => JSON.stringify(found[name]) === JSON.stringify(expected[name]))
  )
}

function show(row: Row | undefined): string {
  if (row === undefined) return 'missing'
  const text = JSON.stringify(row)
  return text.length > longestShown ? `${text.slice(0, longestShown)}… (${text.length} characters)` : text
}

function byId(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => compareTexts(keyOf(a), keyOf(b)))
}

function keyOf({ id }: Row): string {
  return typeof id === 'string' ? id : JSON.stringify(id ?? null)
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
