import type { Table } from '@stowage/core'
import type { KeboolaContext } from '../keboola-context.ts'
import { badRequest } from '../keboola-error.ts'
import type { Caller } from '../callers.ts'
import type { RequestFields } from '../request-fields.ts'
import { createTable, type NewTable } from '../tables/create-table.ts'
import { copyRows, timestampColumn } from '../tables/stored-table.ts'
import type { TableRecord } from '../tables/table-record.ts'
import { bucketIdOf } from '../tables/tables.ts'
import { parseTime } from '../time-expression.ts'
import { findSnapshot, storedSnapshot } from './snapshot-record.ts'

/** Rows that are in the storage already, and what a table of them is made of. */
export interface TableCopy {
  /** What the job says it comes from. */
  readonly source: Readonly<Record<string, unknown>>
  /** Gives both, when the job runs. */
  open(): TableContent
}

interface TableContent extends Pick<NewTable, 'columns' | 'primaryKey' | 'isTyped' | 'timestampType'> {
  readonly stored: Table
  readonly dataSizeBytes: number | null
}

const code = 'storage.tables.validation'

/** Reads which snapshot, or which table at which time, a new table is to be a copy of; undefined for none. */
export function readTableCopy(context: KeboolaContext, fields: RequestFields, caller: Caller): TableCopy | undefined {
  const snapshotId = fields.text('snapshotId')
  if (snapshotId !== undefined) return copyOfSnapshot(context, snapshotId, caller)
  const sourceTableId = fields.text('sourceTableId')
  return sourceTableId === undefined ? undefined : copyOfPast(context, sourceTableId, fields, caller)
}

function copyOfSnapshot(context: KeboolaContext, id: string, caller: Caller): TableCopy {
  const { tableId } = findSnapshot(context, id)
  caller.require('read', bucketIdOf(tableId) ?? '')
  return {
    source: { type: 'snapshot', snapshotId: id },
    open: () => {
      const snapshot = findSnapshot(context, id)
      return { ...snapshot, stored: storedSnapshot(context, snapshot) }
    },
  }
}

// The gateway keeps no history: what a table was is known only as long as it hasn't changed since.
function copyOfPast(context: KeboolaContext, tableId: string, fields: RequestFields, caller: Caller): TableCopy {
  const table = context.tables.get(tableId)
  caller.require('read', table.bucketId)
  const timestamp = fields.text('timestamp') ?? ''
  const ms = parseTime(timestamp, context.clock.now())
  if (ms === undefined || !/(?:Z|[+-]\d\d:?\d\d)$/i.test(timestamp)) {
    throw badRequest('Parameter "timestamp" must be a time with a zone', code)
  }
  return {
    source: { type: 'table', sourceTableId: tableId, timestamp },
    open: () => {
      const now = context.tables.get(tableId)
      const { lastChangeMs, createdMs } = context.tables.sourceOf(now)
      // Texts have whole seconds only.
      if (ms >= Math.floor((lastChangeMs ?? createdMs) / 1000) * 1000) {
        return { ...context.tables.sourceOf(now), stored: context.tables.stored(now) }
      }
      throw badRequest(`The table ${tableId} has changed since, and its history is not kept here`, code)
    },
  }
}

/** Creates a table with the columns, types, primary key and rows of another one. */
export async function createFromCopy(
  context: KeboolaContext,
  { bucketId, name }: Pick<NewTable, 'bucketId' | 'name'>,
  copy: TableCopy,
): Promise<TableRecord> {
  const { columns, primaryKey, isTyped, timestampType, stored, dataSizeBytes } = copy.open()
  const wanted: NewTable = { bucketId, name, columns, primaryKey, isTyped, timestampType }
  const nowMs = context.clock.now()
  return createTable(context, wanted, async (table) => {
    const target = context.storage.bucket(bucketId).table(table.storedName)
    await copyRows(stored, target, (row) => ({ ...row, [timestampColumn]: nowMs }))
    return { rows: 0, bytes: dataSizeBytes ?? 0 }
  })
}
