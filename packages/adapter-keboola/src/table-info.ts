import { type Column, type ColumnType, columnTypes, type TableInfo } from '@stowage/core'
import type { KeboolaMetadata } from './metadata-answers.ts'
import type { KeboolaColumnType, KeboolaTable } from './table-answers.ts'

/** Who writes our metadata. */
export const metadataProvider = 'stowage'

/** Keys of metadata: the service's own for descriptions and types, ours for what it has no word for. */
export const metadataKeys = {
  description: 'KBC.description',
  baseType: 'KBC.datatype.basetype',
  nativeType: 'KBC.datatype.type',
  nativeLength: 'KBC.datatype.length',
  nullable: 'KBC.datatype.nullable',
  type: 'stowage.type',
  required: 'stowage.required',
} as const

/** Tells what is known of a table. */
export function toTableInfo(bucket: string, table: KeboolaTable): TableInfo {
  return {
    bucket,
    name: table.name,
    columns: toColumns(table),
    primaryKey: table.primaryKey,
    indexes: [],
    undeclaredFields: 'refuse',
    description: descriptionOf(table.metadata),
    rowCount: table.rowsCount,
    createdAt: table.createdAt,
    updatedAt: table.lastChangedAt,
  }
}

/** Gives a table's columns in our words. */
export function toColumns(table: KeboolaTable): readonly Column[] {
  return (table.columns ?? []).map((name) => toColumn(table, name))
}

function toColumn(table: KeboolaTable, name: string): Column {
  const metadata = table.columnMetadata[name] ?? []
  const native = table.isTyped ? (table.columnTypes.get(name) ?? typeFromMetadata(metadata)) : undefined
  const isRequired = native?.isNullable === false || valueOf(metadata, metadataKeys.required) === '1'
  return {
    name,
    type: declaredType(metadata) ?? typeOf(native),
    required: isRequired || table.primaryKey.includes(name),
    native: native?.type === undefined ? undefined : nativeName(native),
    description: descriptionOf(metadata),
  }
}

/** A column holds text unless it was declared otherwise through us: other programs' notes on an untyped table promise nothing. */
function declaredType(metadata: readonly KeboolaMetadata[]): ColumnType | undefined {
  const noted = metadata.find(({ key, provider }) => key === metadataKeys.type && provider === metadataProvider)
  return columnTypes.find((type) => type === noted?.value)
}

const numberTypes: ReadonlySet<string> = new Set(['INTEGER', 'NUMERIC', 'FLOAT'])

/** Dates and times come back in a form of the service's own, so they are text. */
function typeOf(native: KeboolaColumnType | undefined): ColumnType {
  const base = native?.baseType ?? ''
  if (numberTypes.has(base)) return 'number'
  return base === 'BOOLEAN' ? 'boolean' : 'string'
}

function nativeName({ type, length }: KeboolaColumnType): string {
  return length === undefined || length === '' ? (type ?? '') : `${type}(${length})`
}

/** Listings describe the columns of typed tables by metadata alone. */
function typeFromMetadata(metadata: readonly KeboolaMetadata[]): KeboolaColumnType | undefined {
  const baseType = valueOf(metadata, metadataKeys.baseType)
  if (baseType === undefined) return undefined
  return {
    type: valueOf(metadata, metadataKeys.nativeType),
    length: valueOf(metadata, metadataKeys.nativeLength),
    isNullable: valueOf(metadata, metadataKeys.nullable) !== '0',
    default: undefined,
    baseType,
  }
}

/** Our own value goes before those of other providers. */
function valueOf(metadata: readonly KeboolaMetadata[], key: string): string | undefined {
  const found = metadata.filter((one) => one.key === key && one.value !== '')
  return (found.find(({ provider }) => provider === metadataProvider) ?? found[0])?.value
}

/** Reads the description of anything that has metadata. */
export function descriptionOf(metadata: readonly KeboolaMetadata[]): string | undefined {
  return valueOf(metadata, metadataKeys.description)
}
