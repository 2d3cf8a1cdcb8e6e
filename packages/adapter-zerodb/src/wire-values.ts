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

/** Tells whether a value holds an object with a key that begins with `$`, at any depth. */
export function holdsOperatorKey(value: JsonValue): boolean {
  return someKey(value, (key) => key.startsWith('$')) !== undefined
}

/**
 * Refuses a value that spells a BSON type as extended JSON, such as `{"$oid": "…"}`.
 *
 * @param place - how the message names the value
 */
export function refuseExtendedJson(value: JsonValue, place: string, details?: Readonly<Record<string, unknown>>): void {
  const key = someKey(value, (each) => extendedJsonKeys.has(each))
  if (key === undefined) return
  throw invalidArgument(
    `${place} holds extended JSON ("${key}"): write ids and dates as plain text, numbers as numbers`,
    details,
  )
}

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
      const column = columns[index] ?? ''
      refuseExtendedJson(cell, `rows[${row}].${column}`, { row, column })
    }
  }
}

function someKey(value: JsonValue, isWanted: (key: string) => boolean): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return firstOf(value as readonly JsonValue[], (item) => someKey(item, isWanted))
  return firstOf(Object.entries(value), ([key, item]) => (isWanted(key) ? key : someKey(item, isWanted)))
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
