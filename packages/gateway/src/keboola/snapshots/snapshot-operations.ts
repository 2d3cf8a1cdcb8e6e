import { type Answer, ok } from '../answer.ts'
import { bucketIdOf } from '../tables/tables.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { KeboolaPermission } from '../options.ts'
import { stateBucket } from '../state-records.ts'
import { copyRows, createStored, dropIfThere } from '../tables/stored-table.ts'
import { queueOf, tableOf, writableTableOf } from '../tables/table-operations.ts'
import { formatTime } from '../time-expression.ts'
import { findSnapshot, snapshotName, type SnapshotRecord, snapshotRecords, storedSnapshot } from './snapshot-record.ts'

/** `POST tables/{id}/snapshots` */
export async function createSnapshot(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address, caller } = exchange
  const table = writableTableOf(context, exchange)
  const description = fields.text('description') ?? ''
  return answerJob(context, exchange, {
    operationName: 'tableSnapshotCreate',
    operationParams: { description },
    tableId: table.id,
    queue: queueOf(context, table),
    run: async () => {
      const creatorToken = { id: caller.id, description: caller.description }
      return describe(await takeSnapshot(context, table.id, { description, creatorToken }), address)
    },
  })
}

async function takeSnapshot(
  context: KeboolaContext,
  tableId: string,
  given: Pick<SnapshotRecord, 'description' | 'creatorToken'>,
): Promise<SnapshotRecord> {
  const table = context.tables.get(tableId)
  const { columns, primaryKey, isTyped, timestampType, hasTimestamps, rowsCount, dataSizeBytes } = table
  const facts = { columns, primaryKey, isTyped, timestampType, hasTimestamps, rowsCount, dataSizeBytes }
  const id = await context.ids.next()
  const snapshot = { ...given, ...facts, id, tableId, createdMs: context.clock.now() }
  const stored = await createStored(context, snapshotName(snapshot), { ...facts, bucketId: stateBucket })
  try {
    await copyRows(context.tables.stored(table), stored)
    await snapshotRecords(context).put(String(id), snapshot)
  } catch (error) {
    await dropIfThere(stored)
    throw error
  }
  return snapshot
}

/** `GET tables/{id}/snapshots`: newest first. */
export async function listSnapshots(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const { id } = tableOf(context, exchange, 'read')
  const found = snapshotRecords(context)
    .values()
    .filter(({ tableId }) => tableId === id)
    .toReversed()
  const offset = fields.count('offset') ?? 0
  const limit = fields.count('limit') ?? 20
  return ok(found.slice(offset, offset + limit).map((one) => describe(one, address)))
}

/** `GET snapshots/{id}` */
export async function getSnapshot(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const snapshot = find(context, exchange, 'read')
  const { tableId: id, primaryKey, columns } = snapshot
  const table = { id, primaryKey, columns: columns.map(({ name }) => name) }
  return ok({ ...describe(snapshot, exchange.address), table })
}

/** `DELETE snapshots/{id}` */
export async function deleteSnapshot(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id, tableId } = find(context, exchange, 'write')
  return answerJob(context, exchange, {
    operationName: 'tableSnapshotDelete',
    operationParams: { snapshotId: id },
    tableId,
    queue: `snapshots/${id}`,
    run: async () => {
      await snapshotRecords(context).delete(String(id))
      await dropIfThere(storedSnapshot(context, { id }))
      return null
    },
  })
}

function find(context: KeboolaContext, { names, caller }: Exchange, permission: KeboolaPermission): SnapshotRecord {
  const snapshot = findSnapshot(context, names['snapshot'] ?? '')
  caller.require(permission, bucketIdOf(snapshot.tableId) ?? '')
  return snapshot
}

function describe({ id, description, createdMs, creatorToken }: SnapshotRecord, { origin }: URL): object {
  return {
    id: String(id),
    uri: `${origin}/v2/storage/snapshots/${id}`,
    type: 'table',
    description,
    createdTime: formatTime(createdMs),
    creatorToken,
    dataFileId: null,
  }
}
