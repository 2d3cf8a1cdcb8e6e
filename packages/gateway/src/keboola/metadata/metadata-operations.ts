import { type Answer, created, noContent, ok } from '../answer.ts'
import { emptyAsList } from '../jobs/job-shape.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { KeboolaPermission } from '../options.ts'
import type { FieldTree } from '../php-fields.ts'
import { RequestFields } from '../request-fields.ts'
import type { TableRecord } from '../tables/table-record.ts'
import { tableShape } from '../tables/table-shape.ts'
import {
  type MetadataItem,
  metadataKind,
  metadataOf,
  type MetadataOwner,
  type MetadataRecord,
} from './metadata-items.ts'

/** What metadata is about, after it was looked up. */
interface Subject {
  readonly owner: MetadataOwner
  readonly ownerId: string
  readonly table: TableRecord | undefined
}

type KeyValue = Pick<MetadataItem, 'key' | 'value'>
type Find = (context: KeboolaContext, exchange: Exchange, permission: KeboolaPermission) => Subject

const findBucket: Find = (context, { names, caller }, permission) => {
  const { id } = context.buckets.get(names['bucket'] ?? '')
  caller.require(permission, id)
  return { owner: 'bucket', ownerId: id, table: undefined }
}

const findTable: Find = (context, { names, caller }, permission) => {
  const table = context.tables.get(names['table'] ?? '')
  caller.require(permission, table.bucketId)
  return { owner: 'table', ownerId: table.id, table }
}

const findColumn: Find = (context, { names, caller }, permission) => {
  const ownerId = names['column'] ?? ''
  const [, tableId = '', column = ''] = /^([^.]*\.[^.]*\.[^.]*)\.(.+)$/s.exec(ownerId) ?? []
  const table = context.tables.get(tableId)
  caller.require(permission, table.bucketId)
  requireColumn(context, table, column)
  return { owner: 'column', ownerId, table: undefined }
}

function requireColumn(context: KeboolaContext, table: TableRecord, column: string): void {
  if (context.tables.columnsOf(table).some(({ name }) => name === column)) return
  const message = `The column "${column.slice(0, 100)}" was not found in the table ${table.id}`
  throw new KeboolaError(404, 'storage.tables.columnNotExists', message)
}

type MetadataOperation = (context: KeboolaContext, exchange: Exchange) => Promise<Answer>

/** The operations on the metadata of buckets, tables or columns. */
export function metadataOperations(
  owner: MetadataOwner,
): Readonly<Record<'list' | 'put' | 'delete', MetadataOperation>> {
  const find = { bucket: findBucket, table: findTable, column: findColumn }[owner]
  return {
    list: async (context, exchange) => {
      const { ownerId } = find(context, exchange, 'read')
      return ok(metadataOf(context, owner, ownerId))
    },
    put: async (context, exchange) => putMetadata(context, exchange, find(context, exchange, 'write')),
    delete: async (context, exchange) => {
      const { ownerId } = find(context, exchange, 'write')
      await deleteItem(context, owner, ownerId, exchange.names['metadata'] ?? '')
      return noContent
    },
  }
}

async function putMetadata(context: KeboolaContext, exchange: Exchange, subject: Subject): Promise<Answer> {
  const fields = exchange.fields.refusing('storage.metadata.invalidStructure')
  const provider = readProvider(fields)
  const { owner, ownerId, table } = subject
  const ofColumns = table === undefined ? undefined : readColumns(context, fields, table)
  const items = (fields.objects('metadata') ?? []).map(readItem)
  if (items.length === 0 && ofColumns === undefined) {
    throw badRequest('Parameter "metadata" is required', 'storage.metadata.invalidStructure')
  }
  await write(context, owner, ownerId, provider, items)
  for (const [column, values] of ofColumns ?? [])
    await write(context, 'column', `${ownerId}.${column}`, provider, values)
  const list = metadataOf(context, owner, ownerId)
  const isForm = !(exchange.message.headers['content-type'] ?? '').includes('json')
  if (ofColumns === undefined || isForm) return created(list)
  const columns = [...ofColumns.keys()].map((name) => [name, metadataOf(context, 'column', `${ownerId}.${name}`)])
  return created({ metadata: list, columnsMetadata: emptyAsList(Object.fromEntries(columns)) })
}

function readProvider(fields: RequestFields): string {
  const provider = fields.text('provider') ?? ''
  if (provider !== '' && provider !== 'storage' && provider !== 'system') return provider
  const message = provider === '' ? 'Parameter "provider" is required' : `The provider "${provider}" is reserved`
  throw badRequest(message, 'storage.metadata.invalidProvider')
}

function readItem(item: RequestFields): KeyValue {
  const key = item.text('key') ?? ''
  if (!/^[\w.-]{1,255}$/.test(key)) {
    const message = 'The key of metadata must be 1 to 255 letters, digits, dots, dashes and underscores'
    throw badRequest(message, 'storage.metadata.invalidKey')
  }
  const value = item.text('value')
  if (value === undefined) throw badRequest(`The key "${key}" has no value`, 'storage.metadata.invalidStructure')
  return { key, value }
}

/** Reads the metadata of columns: a list of lists whose items name their column, or, as older clients do, lists by column. */
function readColumns(
  context: KeboolaContext,
  fields: RequestFields,
  table: TableRecord,
): ReadonlyMap<string, readonly KeyValue[]> | undefined {
  const given = fields.value('columnsMetadata')
  if (given === undefined) return undefined
  if (typeof given !== 'object') {
    throw badRequest('Parameter "columnsMetadata" must be an array', 'storage.metadata.invalidStructure')
  }
  const byColumn = new Map<string, KeyValue[]>()
  // A list is lists by their places.
  const lists = new RequestFields(
    Object.fromEntries(Object.entries(given)) as FieldTree,
    'storage.metadata.invalidStructure',
  )
  for (const name of lists.names) {
    for (const item of lists.objects(name) ?? []) {
      const column = item.text('columnName') ?? name
      requireColumn(context, table, column)
      byColumn.set(column, [...(byColumn.get(column) ?? []), readItem(item)])
    }
  }
  return byColumn
}

async function write(
  context: KeboolaContext,
  owner: MetadataOwner,
  ownerId: string,
  provider: string,
  values: readonly KeyValue[],
): Promise<void> {
  if (values.length === 0) return
  const records = context.records<MetadataRecord>(metadataKind)
  const ids: number[] = []
  for (const _ of values) ids.push(await context.ids.next())
  // In one step from here on: nobody writes in between.
  const items = new Map((records.get(`${owner}/${ownerId}`)?.items ?? []).map((item) => [keyOf(item), item]))
  for (const [at, { key, value }] of values.entries()) {
    const before = items.get(keyOf({ provider, key }))
    const id = before?.id ?? (ids[at] as number)
    items.set(keyOf({ provider, key }), { id, key, value, provider, writtenMs: context.clock.now() })
  }
  await records.put(`${owner}/${ownerId}`, { owner, ownerId, items: [...items.values()] })
}

function keyOf({ provider, key }: Pick<MetadataItem, 'provider' | 'key'>): string {
  return JSON.stringify([provider, key])
}

async function deleteItem(context: KeboolaContext, owner: MetadataOwner, ownerId: string, id: string): Promise<void> {
  const records = context.records<MetadataRecord>(metadataKind)
  const record = records.get(`${owner}/${ownerId}`)
  const left = record?.items.filter((item) => String(item.id) !== id) ?? []
  if (record === undefined || left.length === record.items.length) {
    throw new KeboolaError(404, 'storage.metadata.notFound', `Metadata with id ${id} was not found`)
  }
  await records.put(`${owner}/${ownerId}`, { ...record, items: left })
}

/** `GET search/tables`: tables by their metadata. */
export async function searchTables(context: KeboolaContext, { fields, caller, address }: Exchange): Promise<Answer> {
  const key = fields.text('metadataKey')
  const value = fields.text('metadataValue')
  const provider = fields.text('metadataProvider')
  if (key === undefined && value === undefined && provider === undefined) {
    throw badRequest('At least one of "metadataKey", "metadataValue" and "metadataProvider" is required')
  }
  const matches = (item: MetadataItem): boolean =>
    (key ?? item.key) === item.key &&
    (value ?? item.value) === item.value &&
    (provider ?? item.provider) === item.provider
  const records = context.records<MetadataRecord>(metadataKind)
  const tables = context.tables
    .list()
    .filter(({ id, bucketId }) => caller.may('read', bucketId) && records.get(`table/${id}`)?.items.some(matches))
  const include = new Set(['buckets', 'metadata'])
  return ok(tables.map((table) => tableShape(context, table, address, include)))
}
