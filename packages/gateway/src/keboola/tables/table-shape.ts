import { bucketShape, type Include } from '../buckets/bucket-shape.ts'
import { emptyAsList } from '../jobs/job-shape.ts'
import type { KeboolaContext } from '../keboola-context.ts'
import { metadataOf } from '../metadata/metadata-items.ts'
import { formatTime } from '../time-expression.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/** The parts of a table an answer can be asked for. */
export const tableIncludes: readonly string[] = [
  'buckets',
  'bucketsWithoutSourceTables',
  'columns',
  'metadata',
  'columnMetadata',
  'sourceMetadata',
  'sourceColumnMetadata',
  'attributes',
  'definition',
]

/** All that a table's own answer has. */
export const wholeTable: Include = new Set([
  'buckets',
  'columns',
  'metadata',
  'columnMetadata',
  'attributes',
  'definition',
])

/** Describes a table with the parts that are wanted. */
export function tableShape(
  context: KeboolaContext,
  table: TableRecord,
  address: URL,
  include: Include,
): Record<string, unknown> {
  return describeTable(context, table, address, include, () => bucketOf(context, table.bucketId, address))
}

/** Describes tables; their buckets only once, since each of these has sums over all its tables. */
export function tableShapes(
  context: KeboolaContext,
  tables: readonly TableRecord[],
  address: URL,
  include: Include,
): Record<string, unknown>[] {
  const buckets = new Map<string, object>()
  const bucketFor = (id: string): object => {
    const known = buckets.get(id) ?? bucketOf(context, id, address)
    buckets.set(id, known)
    return known
  }
  return tables.map((table) => describeTable(context, table, address, include, () => bucketFor(table.bucketId)))
}

function bucketOf(context: KeboolaContext, id: string, address: URL): object {
  return bucketShape(context, context.buckets.get(id), address, new Set())
}

function describeTable(
  context: KeboolaContext,
  table: TableRecord,
  address: URL,
  include: Include,
  bucket: () => object,
): Record<string, unknown> {
  const hasBucket = include.has('buckets') || include.has('bucketsWithoutSourceTables')
  const columns = context.tables.columnsOf(table)
  return {
    ...ownFacts(context, table, address),
    ...(include.has('columns') ? { columns: columns.map(({ name }) => name) } : {}),
    ...(include.has('metadata') ? { metadata: metadataOf(context, 'table', table.id) } : {}),
    ...(include.has('columnMetadata') ? { columnMetadata: columnMetadata(context, table, columns) } : {}),
    ...(include.has('attributes') ? { attributes: [] } : {}),
    ...(include.has('definition') && table.isTyped ? { definition: definitionShape(table, columns) } : {}),
    ...(table.alias === null ? {} : aliasFacts(context, table, address, include)),
    ...(hasBucket ? { bucket: bucket() } : {}),
  }
}

function ownFacts(context: KeboolaContext, table: TableRecord, address: URL): Record<string, unknown> {
  const { id, name, displayName, primaryKey, rowsCount, dataSizeBytes, isTyped, alias } = table
  return {
    uri: `${address.origin}/v2/storage/tables/${id}`,
    id,
    name,
    displayName,
    transactional: false,
    primaryKey: alias === null ? primaryKey : context.tables.sourceOf(table).primaryKey,
    indexType: null,
    indexKey: [],
    distributionType: null,
    distributionKey: [],
    syntheticPrimaryKeyEnabled: false,
    created: formatTime(table.createdMs),
    lastImportDate: timeOf(table.lastImportMs),
    lastChangeDate: timeOf(table.lastChangeMs),
    rowsCount: alias === null ? rowsCount : null,
    dataSizeBytes: alias === null ? dataSizeBytes : null,
    isAlias: alias !== null,
    isAliasable: true,
    isTyped,
    timestampType: table.timestampType,
    tableType: alias === null ? 'table' : 'alias',
    path: `db.${id.slice(id.indexOf('.') + 1)}`,
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms)
}

function columnMetadata(context: KeboolaContext, { id }: TableRecord, columns: readonly TableColumn[]): unknown {
  const entries = columns
    .map(({ name }) => [name, metadataOf(context, 'column', `${id}.${name}`)] as const)
    .filter(([, items]) => items.length > 0)
  return emptyAsList(Object.fromEntries(entries))
}

function definitionShape({ primaryKey }: TableRecord, columns: readonly TableColumn[]): Record<string, unknown> {
  // Not in the table's order, as at the service: nobody may rely on it.
  const inOrder = columns.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return {
    primaryKeysNames: primaryKey,
    columns: inOrder.map(({ name, definition, basetype }) => {
      return { name, definition: definition ?? [], basetype, canBeFiltered: true }
    }),
  }
}

function aliasFacts(
  context: KeboolaContext,
  { alias }: TableRecord,
  address: URL,
  include: Include,
): Record<string, unknown> {
  const id = alias?.sourceTableId ?? ''
  const source = context.tables.find(id)
  const { projectId } = context.settings
  return {
    sourceTable: {
      id,
      uri: `${address.origin}/v2/storage/tables/${id}`,
      name: source?.name ?? '',
      isAlias: source !== undefined && source.alias !== null,
      project: { id: projectId, name: 'Stowage' },
      ...(include.has('sourceMetadata') ? { metadata: metadataOf(context, 'table', id) } : {}),
      ...(include.has('sourceColumnMetadata') && source !== undefined
        ? { columnMetadata: columnMetadata(context, source, context.tables.columnsOf(source)) }
        : {}),
    },
    aliasColumnsAutoSync: alias?.columns === null,
    ...(alias === null || alias.filter === null ? {} : { aliasFilter: alias.filter }),
  }
}
