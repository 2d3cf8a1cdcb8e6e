import type { IndexDefinition } from '../../contract/column.ts'
import type { TableInfo } from '../../contract/table.ts'
import type { CallContext } from '../../driver/call.ts'
import type { CreateTableRequest } from '../../driver/table-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { parseTableDefinition, type TableDefinition } from '../../portable/table-definition.ts'
import type { Cast } from '../copy-plan.ts'
import { selectedColumns, targetName } from './column-mapping.ts'
import type { RowOrigin } from './row-origin.ts'
import type { CheckedCopyOptions } from './copy-table-options.ts'
import { atEnd, placeOfEnd, type TableEnd } from './table-end.ts'

type Definition = Omit<CreateTableRequest, 'bucket' | 'table'>

/**
 * Says how the target would be made: with the columns that are copied, and the key and indexes that are whole among them. A backend that
 * has no types keeps texts; types of the source's own backend are passed on to the same backend only.
 *
 * @throws {@link StorageError} `invalid-argument` for columns the target's limits don't allow
 */
export function defineTarget(
  source: RowOrigin,
  sourceInfo: TableInfo,
  target: TableEnd,
  options: CheckedCopyOptions,
): Definition {
  const { limits, operations, semantics } = target.session.driver.capabilities
  const isSameBackend = source.session.driver.backend === target.session.driver.backend
  const columns = selectedColumns(sourceInfo, options).flatMap((column) => {
    if (column.type === undefined) return []
    const { required, description } = column
    const type = semantics.keepsTypes ? column.type : 'string'
    const native = isSameBackend ? column.native : undefined
    return [{ name: targetName(column.name, options), type, required, native, description }]
  })
  const kept = new Set(columns.map(({ name }) => name))
  const indexes = operations['tables.indexes'] === undefined ? [] : keptIndexes(sourceInfo.indexes, kept, options)
  const primaryKey = sourceInfo.primaryKey.map((name) => targetName(name, options))
  const definition: TableDefinition = {
    columns,
    primaryKey: primaryKey.every((name) => kept.has(name)) ? primaryKey : [],
    indexes,
    undeclaredFields:
      semantics.keepsUndeclaredFields && options.columns === undefined ? sourceInfo.undeclaredFields : undefined,
    description: sourceInfo.description,
  }
  return parseTableDefinition(definition, limits, semantics.keepsUndeclaredFields)
}

function keptIndexes(
  indexes: readonly IndexDefinition[],
  kept: ReadonlySet<string>,
  options: CheckedCopyOptions,
): IndexDefinition[] {
  return indexes
    .map((index) => ({ ...index, columns: index.columns.map((name) => targetName(name, options)) }))
    .filter((index) => index.columns.every((name) => kept.has(name)))
}

/**
 * Makes the target. A backend that has no place for all of the definition gets the part that rows need: columns and key, without
 * descriptions of columns, and with nothing required but the key.
 */
export async function createTarget(target: TableEnd, definition: Definition, call: CallContext): Promise<TableInfo> {
  const { session, request } = target
  session.require('tables.create', placeOfEnd(target, 'tables.create'))
  const create = (wanted: Definition): Promise<TableInfo> =>
    atEnd(target, 'tables.create', call.signal, () => session.tables.create({ ...request, ...wanted }, call))
  try {
    return await create(definition)
  } catch (error) {
    if (!StorageError.is(error, 'unsupported')) throw error
    return await create(plainDefinition(target, definition))
  }
}

function plainDefinition(target: TableEnd, { columns, primaryKey, indexes, description }: Definition): Definition {
  const { semantics } = target.session.driver.capabilities
  return {
    columns: columns.map(({ name, type }) => ({
      name,
      type,
      required: primaryKey.includes(name),
      native: undefined,
      description: undefined,
    })),
    primaryKey,
    indexes,
    undeclaredFields: semantics.keepsUndeclaredFields ? 'keep' : 'refuse',
    description,
  }
}

/** Tells what of the source's definition a target that is made doesn't have, though its rows stay the same. */
export function missingParts(
  source: Pick<TableInfo, 'primaryKey' | 'indexes'>,
  made: Pick<TableInfo, 'primaryKey' | 'indexes'>,
): Cast[] {
  const kept = new Set(made.indexes.map(({ name }) => name))
  const parts = source.indexes
    .filter(({ name }) => !kept.has(name))
    .map(({ name, columns, unique }) => ({ from: `${unique === true ? 'unique ' : ''}index ${name}`, columns }))
  if (made.primaryKey.length < source.primaryKey.length) parts.push({ from: 'primary key', columns: source.primaryKey })
  const why = 'the target has no such thing, or not all of its columns are copied; rows stay the same'
  return parts.map(({ from, columns }) => ({ column: columns.join(', '), from, to: 'nothing', kind: 'exact', why }))
}

/** Gives a definition as the table it would make. */
export function definedInfo({ request }: TableEnd, definition: Definition): TableInfo {
  const { bucket, table: name } = request
  return { bucket, name, ...definition, rowCount: 0, createdAt: undefined, updatedAt: undefined }
}
