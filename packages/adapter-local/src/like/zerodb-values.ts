import type { Row } from '@stowage/core'
import {
  type Cell,
  invalidArgument,
  type RowBatch,
  StorageError,
  toBatch,
  type UpdateRowsRequest,
  upsertRow,
} from '@stowage/core/driver'
import { isAskedWhole, zerodbFilter } from './zerodb-filter.ts'

const extendedJson = new Set([
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

/** Refuses rows the service would not take as they are: with an id of their own, or with extended JSON. */
export function checkZerodbRows({ columns, rows }: RowBatch): void {
  const idAt = columns.indexOf('_id')
  for (const [row, cells] of rows.entries()) {
    if (idAt !== -1 && cells[idAt] !== undefined) {
      const message = `rows[${row}]._id can not be set on ZeroDB, which gives every row one: rename the field`
      throw invalidArgument(message, { row, column: '_id' })
    }
    for (const [index, cell] of cells.entries()) {
      if (!holdsExtendedJson(cell)) continue
      const column = columns[index]
      throw invalidArgument(`rows[${row}].${column} ${extendedAdvice}`, { row, column })
    }
  }
}

/** Refuses an update the service would not take: of a row's id, with extended JSON, or with a condition it has no words for. */
export function checkZerodbUpdate({ filter, update, upsertRow: newRow }: UpdateRowsRequest): void {
  if (newRow !== undefined) checkNewRow(newRow, upsertRow(zerodbFilter(filter).pushed, update))
  for (const change of update) {
    const place = `update: ${change.operator} "${change.path}"`
    if (change.path === '_id' || change.path.startsWith('_id.')) {
      throw invalidArgument(`${place} can not change the id that ZeroDB gives every row: leave it out`)
    }
    if ('value' in change && holdsExtendedJson(change.value)) throw invalidArgument(`${place} ${extendedAdvice}`)
    if (change.operator !== '$pull') continue
    const { matches } = change
    if (matches.kind === 'equal' && holdsExtendedJson(matches.value))
      throw invalidArgument(`${place} ${extendedAdvice}`)
    if (matches.kind === 'equal' || isAskedWhole(matches.filter)) continue
    const message = `${place} has a condition that ZeroDB can not express: pull by operators side by side`
    throw new StorageError({ code: 'unsupported', message })
  }
}

/** The service makes the row itself, of the filter as it gets it. */
function checkNewRow(wanted: RowBatch, made: Row): void {
  if (wanted.columns.includes('_id')) {
    throw invalidArgument(
      'upsert: the filter has an _id, which ZeroDB gives every row itself: find the row by another field',
    )
  }
  if (JSON.stringify(toBatch([made])) === JSON.stringify(wanted)) return
  const message =
    'upsert: ZeroDB would make another row of this filter: write what the row shall have as plain equalities'
  throw new StorageError({ code: 'unsupported', message })
}

const extendedAdvice = 'holds extended JSON, which ZeroDB may read as an operator: write plain text and numbers'

function holdsExtendedJson(cell: Cell): boolean {
  if (typeof cell !== 'object' || cell === null) return false
  if (Array.isArray(cell)) return cell.some(holdsExtendedJson)
  return Object.entries(cell).some(([key, value]) => extendedJson.has(key) || holdsExtendedJson(value))
}
