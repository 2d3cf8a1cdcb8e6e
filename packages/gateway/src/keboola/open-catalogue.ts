import type { BucketInfo, Column, TableInfo } from '@stowage/core'
import type { BucketRecord } from './buckets/bucket-record.ts'
import type { KeboolaContext } from './keboola-context.ts'
import { dropIfThere, isTemporary } from './tables/stored-table.ts'
import type { TableColumn, TableRecord } from './tables/table-record.ts'

const stages: readonly string[] = ['in', 'out', 'sys']

/**
 * Brings what is remembered and what the storage holds together: buckets and tables that somebody else created are served as well,
 * those that are gone are forgotten, and what a crash left behind goes.
 */
export async function openCatalogue(context: KeboolaContext): Promise<void> {
  const found = new Set<string>()
  for await (const info of context.storage.buckets()) {
    const [stage = '', name = '', more] = info.name.split('.')
    if (!stages.includes(stage) || name === '' || more !== undefined) continue
    found.add(info.name)
    if (context.buckets.find(info.name) === undefined) await context.buckets.put(bucketOf(context, info, stage, name))
    await openTables(context, info.name)
  }
  for (const { id } of context.buckets.list()) if (!found.has(id)) await forgetBucket(context, id)
  await forgetLostAliases(context)
}

/** Forgets aliases of what is gone, and those of these. */
async function forgetLostAliases(context: KeboolaContext): Promise<void> {
  const isLost = ({ alias }: TableRecord): boolean =>
    alias !== null && context.tables.find(alias.sourceTableId) === undefined
  for (let lost = context.tables.list().filter(isLost); lost.length > 0; lost = context.tables.list().filter(isLost)) {
    for (const { id } of lost) await context.tables.delete(id)
  }
}

function bucketOf(context: KeboolaContext, info: BucketInfo, stage: string, name: string): BucketRecord {
  const displayName = info.displayName ?? name.replace(/^c-/, '')
  const createdMs = info.createdAt?.getTime() ?? context.clock.now()
  const { description = '' } = info
  return {
    id: info.name,
    stage,
    name,
    displayName,
    description,
    color: null,
    createdMs,
    updatedMs: null,
    lastChangeMs: null,
  }
}

async function forgetBucket(context: KeboolaContext, id: string): Promise<void> {
  for (const table of context.tables.all(id)) await context.tables.delete(table.id)
  await context.buckets.delete(id)
}

async function openTables(context: KeboolaContext, bucketId: string): Promise<void> {
  const bucket = context.storage.bucket(bucketId)
  const infos = new Map<string, TableInfo>()
  for await (const info of bucket.tables()) infos.set(info.name, info)
  const known = new Set<string>()
  for (const table of context.tables.all(bucketId)) {
    if (table.isPending) await dropIfThere(bucket.table(table.storedName))
    if (table.isPending) infos.delete(table.storedName)
    const isThere = table.alias !== null || infos.has(table.storedName)
    if (isThere && !table.isPending) known.add(table.storedName)
    else await context.tables.delete(table.id)
  }
  for (const info of infos.values()) {
    // What bears the name of a table whose rows are elsewhere was on its way to take them when everything stopped.
    const isHalfMade = context.tables.find(`${bucketId}.${info.name}`) !== undefined
    if (known.has(info.name) || isHalfMade) continue
    if (isTemporary(info.name)) await dropIfThere(bucket.table(info.name))
    else if (/^[^.]+$/.test(info.name)) await context.tables.put(tableOf(context, info))
  }
}

function tableOf(context: KeboolaContext, info: TableInfo): TableRecord {
  const nowMs = context.clock.now()
  return {
    id: `${info.bucket}.${info.name}`,
    bucketId: info.bucket,
    name: info.name,
    displayName: info.name,
    columns: info.columns.map(columnOf),
    primaryKey: info.primaryKey,
    isTyped: true,
    timestampType: 'NONE',
    createdMs: info.createdAt?.getTime() ?? nowMs,
    lastImportMs: null,
    lastChangeMs: info.updatedAt?.getTime() ?? null,
    rowsCount: info.rowCount ?? null,
    dataSizeBytes: null,
    storedName: info.name,
    version: 0,
    hasTimestamps: false,
    isPending: false,
    alias: null,
  }
}

const types: Readonly<Record<Column['type'], readonly [type: string, basetype: string]>> = {
  string: ['VARCHAR', 'STRING'],
  number: ['FLOAT', 'FLOAT'],
  boolean: ['BOOLEAN', 'BOOLEAN'],
  timestamp: ['TIMESTAMP_TZ', 'TIMESTAMP'],
  object: ['OBJECT', 'STRING'],
  array: ['ARRAY', 'STRING'],
}

function columnOf({ name, type, required }: Column): TableColumn {
  const [ownType, basetype] = types[type]
  const definition = { type: ownType, length: null, nullable: !required, default: null }
  return { name, definition, basetype, storedAs: type }
}
