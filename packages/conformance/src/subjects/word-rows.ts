import type { Table } from '@stowage/core'
import type { CheckContext } from '../check-context.ts'

/** A row of nothing but text that is there: every backend with tables can store it. */
export type WordRow = {
  /** Tells the row apart; in order of its number. */
  readonly row_id: string
  /** Shared by two rows: what sorts by it has ties. */
  readonly half: string
  /** One of seven words. */
  readonly word: string
}

const words = ['apple', 'birch', 'cedar', 'dahlia', 'elm', 'fig', 'grass']

/** Makes rows of text, in order of `row_id`. */
export function wordRows(count: number): WordRow[] {
  return Array.from({ length: count }, (_, index) => ({
    row_id: `r${pad(index)}`,
    half: `h${pad(index >> 1)}`,
    word: words[index % words.length] as string,
  }))
}

function pad(value: number): string {
  return String(value).padStart(6, '0')
}

/** Creates a table of text rows, written in another order than their ids'. */
export async function wordTable(
  context: CheckContext,
  count: number,
): Promise<{ readonly table: Table; readonly rows: readonly WordRow[] }> {
  const rows = wordRows(count)
  // A stride that shares no factor with any of the counts used visits each row once.
  const written = rows.map((_, index) => rows[(index * 7919) % count] as WordRow)
  const table = await context.table({ columns: { row_id: 'string', half: 'string', word: 'string' } }, written)
  return { table, rows }
}

/** Gives as many of the rows as one request may carry. */
export function oneRequest<Item>({ capabilities }: Pick<CheckContext, 'capabilities'>, rows: readonly Item[]): Item[] {
  return rows.slice(0, capabilities.limits.rowsPerInsert ?? rows.length)
}
