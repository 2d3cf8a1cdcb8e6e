import type { Table } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import type { RequestFields } from '../request-fields.ts'
import { createStored, dropIfThere } from './stored-table.ts'
import { columnsOfHeader } from './import-header.ts'
import { openImport } from './import-records.ts'
import type { ImportRequest } from './import-request.ts'
import { fillNewTable } from './run-import.ts'
import type { ImportTally } from './import-rows.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** What a table is created with. */
export interface NewTable {
  readonly bucketId: string
  readonly name: string
  readonly primaryKey: readonly string[]
  readonly columns: readonly TableColumn[]
  readonly isTyped: boolean
  readonly timestampType: 'MANAGED' | 'NONE'
}

/** Reads the name a table is to have; fails when it can't be one, or is taken. */
export function readNewName(context: KeboolaContext, fields: RequestFields, bucketId: string): string {
  const name = fields.text('name') ?? ''
  if (name === '') {
    throw badRequest('Table create option "name" is required and cannot be empty.', 'storage.tables.validation')
  }
  checkTableName(name)
  checkFree(context, bucketId, name)
  return name
}

/** Checks that a name can be that of a table. */
export function checkTableName(name: string): void {
  if (/^[A-Za-z0-9_-]{1,96}$/.test(name)) return
  const shown = name.slice(0, 100)
  const message = `"${shown}" can not be the name of a table: only letters, digits, dashes and underscores are allowed, 96 at most.`
  throw badRequest(message, 'storage.tables.validation')
}

/** Checks that no other table of a bucket has a name. */
export function checkFree(context: KeboolaContext, bucketId: string, name: string, exceptId?: string): void {
  if (context.tables.isTaken(bucketId, name, exceptId)) throw taken(context, bucketId, name)
}

function taken({ settings }: KeboolaContext, bucketId: string, name: string): KeboolaError {
  const message = `The table "${name}" already exists in the bucket "${bucketId}"`
  if (settings.guideErrors) return new KeboolaError(409, 'storage.tables.alreadyExists', message)
  return badRequest(message, 'storage.buckets.tableAlreadyExists')
}

/** Creates a table and fills it; nobody sees it before it is whole. */
export async function createTable(
  context: KeboolaContext,
  wanted: NewTable,
  fill: (table: TableRecord) => Promise<ImportTally>,
): Promise<TableRecord> {
  context.buckets.get(wanted.bucketId)
  checkFree(context, wanted.bucketId, wanted.name)
  checkKey(wanted)
  const table = pendingTable(context, wanted)
  // What is in the storage by that name already belongs to somebody else and stays.
  if (await context.storage.bucket(table.bucketId).table(table.name).exists())
    throw taken(context, table.bucketId, table.name)
  await context.tables.put(table)
  const stored = await createOwn(context, table)
  try {
    const tally = await fill(table)
    const { count } = await stored.count()
    await context.tables.noteChange(table.id, {
      isPending: false,
      rowsCount: count,
      dataSizeBytes: tally.bytes,
      lastImportMs: context.clock.now(),
    })
    return context.tables.get(table.id)
  } catch (error) {
    await dropIfThere(stored)
    await context.tables.delete(table.id)
    throw error
  }
}

async function createOwn(context: KeboolaContext, table: TableRecord): Promise<Table> {
  try {
    return await createStored(context, table.name, table)
  } catch (error) {
    await context.tables.delete(table.id)
    throw StorageError.is(error, 'already-exists') ? taken(context, table.bucketId, table.name) : error
  }
}

function pendingTable(context: KeboolaContext, wanted: NewTable): TableRecord {
  const { bucketId, name } = wanted
  return {
    ...wanted,
    id: `${bucketId}.${name}`,
    displayName: name,
    createdMs: context.clock.now(),
    lastImportMs: null,
    lastChangeMs: null,
    rowsCount: 0,
    dataSizeBytes: 0,
    storedName: name,
    version: 0,
    hasTimestamps: true,
    isPending: true,
    alias: null,
  }
}

function checkKey({ primaryKey, columns }: NewTable): void {
  const unknown = primaryKey.filter((name) => !columns.some((column) => column.name === name))
  if (unknown.length === 0) return
  const message = `Invalid columns ${unknown.join(', ')} in primary key`
  throw badRequest(message, 'storage.tables.validation.invalidPrimaryKeyColumns')
}

/** Creates an untyped table of a file: its header names the columns. */
export async function createFromData(
  context: KeboolaContext,
  { bucketId, name, primaryKey }: Pick<NewTable, 'bucketId' | 'name' | 'primaryKey'>,
  request: ImportRequest,
  job: RunningJob,
): Promise<TableRecord> {
  const opened = await openImport(context, request, undefined, job)
  if (opened.isSliced && opened.hasHeader) {
    const message = 'A sliced file has no header: name its columns'
    throw badRequest(message, 'storage.tables.validation.invalidColumnName')
  }
  const columns = columnsOfHeader(opened.header)
  const wanted = { bucketId, name, primaryKey, columns, isTyped: false, timestampType: 'MANAGED' as const }
  return createTable(context, wanted, async (table) => {
    const stored = context.storage.bucket(bucketId).table(name)
    return fillNewTable(context, stored, table, opened, request, job)
  })
}
