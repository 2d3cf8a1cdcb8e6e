import { type Cell, invalidArgument, type RowBatch } from '@stowage/core/driver'
import type { JsonValue } from '@stowage/core'

// What MongoDB's tools write for values JSON lacks. A server may read it as operators, and gives it back as an object.
const extendedJsonKeys: ReadonlySet<string> = new Set([
  '$oid',
  '$date',
  '$numberLong',
  '$numberInt',
  '$numberDouble',
  '$numberDecimal',
  '$binary',
  '$uuid',
  '$timestamp',
  '$minKey',
  '$maxKey',
  '$code',
  '$symbol',
  '$dbPointer',
  '$regularExpression',
  '$undefined',
])

/** Refuses rows the service can't take: with an `_id` of their own, or with extended JSON. Row numbers are those of the batch. */
export function checkRows({ columns, rows }: RowBatch): void {
  const idIndex = columns.indexOf('_id')
  for (const [row, cells] of rows.entries()) {
    if (idIndex !== -1 && cells[idIndex] !== undefined) {
      const message = `rows[${row}] has an _id: ZeroDB gives ids by itself; rename the field, for example to id`
      throw invalidArgument(message, { row, column: '_id' })
    }
    for (let index = 0; index < cells.length; index += 1) {
      const cell: Cell = cells[index]
      if (typeof cell !== 'object' || cell === null) continue
      const key = extendedKey(cell)
      if (key !== undefined) throw extendedJson(key, row, columns[index] ?? '')
    }
  }
}

function extendedJson(key: string, row: number, column: string): Error {
  const message = `rows[${row}].${column} holds extended JSON ("${key}"): write ids and dates as plain text, numbers as numbers`
  return invalidArgument(message, { row, column })
}

/** Gives a key of extended JSON that a value holds, at any depth. */
function extendedKey(value: JsonValue): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstOf(value as readonly JsonValue[], extendedKey)
  return firstOf(Object.entries(value), ([key, item]) => (extendedJsonKeys.has(key) ? key : extendedKey(item)))
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
