import type { Column } from '@stowage/core'
import { type CreateTableRequest, invalidArgument } from '@stowage/core/driver'
import type { KeboolaNewColumn } from './table-schema-client.ts'
import { metadataKeys } from './table-info.ts'

/**
 * Says how the columns of a new table are made: with types where any column names one of the service's own, else all as text. Text keeps
 * every value word for word; the service's own numbers and times don't.
 */
export function newColumns({ columns, primaryKey }: CreateTableRequest): readonly KeboolaNewColumn[] {
  if (columns.every(({ native }) => native === undefined)) return columns.map(({ name }) => ({ name }))
  return columns.map((column) => newTypedColumn(column, primaryKey.includes(column.name)))
}

const baseTypes = ['BOOLEAN', 'DATE', 'FLOAT', 'INTEGER', 'NUMERIC', 'STRING', 'TIMESTAMP'] as const

function newTypedColumn({ name, type, native, required }: Column, isKey: boolean): KeboolaNewColumn {
  if (native === undefined) return { name, baseType: 'STRING' }
  if (type === 'timestamp') {
    throw invalidArgument(
      `column "${name}" is a timestamp with the type ${native}, which gives times back in another form: declare it as string, or leave out native`,
      { column: name },
    )
  }
  const baseType = baseTypes.find((one) => one === native.toUpperCase())
  if (baseType !== undefined && !required && !isKey) return { name, baseType }
  const [, word = native, length] = /^([^(]+)\(([^)]*)\)$/.exec(native) ?? []
  return { name, definition: { type: word.trim(), length: length?.trim(), nullable: !required } }
}

/** One value of metadata. */
interface MetadataValue {
  readonly key: string
  readonly value: string
}

/** Gives the metadata that keeps what the service has no place for, by column; only columns that need some. */
export function columnMetadataOf({ columns, primaryKey }: CreateTableRequest): Record<string, MetadataValue[]> {
  const entries = columns.map((column) => [column.name, valuesOf(column, primaryKey.includes(column.name))] as const)
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0))
}

/** Keboola's own tools read the base type of untyped tables from metadata as well. */
const baseTypeByType = { string: 'STRING', number: 'NUMERIC', boolean: 'BOOLEAN', timestamp: 'TIMESTAMP' } as const

function valuesOf({ type, native, required, description }: Column, isKey: boolean): MetadataValue[] {
  const values: MetadataValue[] = []
  if (type !== 'string') values.push({ key: metadataKeys.type, value: type })
  if (type !== 'string' && native === undefined && type !== 'object' && type !== 'array')
    values.push({ key: metadataKeys.baseType, value: baseTypeByType[type] })
  if (required && !isKey) values.push({ key: metadataKeys.required, value: '1' })
  if (description !== undefined) values.push({ key: metadataKeys.description, value: description })
  return values
}

/** Gives the metadata of the table itself. */
export function tableMetadataOf({ description }: CreateTableRequest): MetadataValue[] {
  return description === undefined ? [] : [{ key: metadataKeys.description, value: description }]
}
