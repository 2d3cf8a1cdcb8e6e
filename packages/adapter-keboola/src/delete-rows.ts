import type { JsonValue } from '@stowage/core'
import {
  type CallContext,
  type DeleteRowsRequest,
  type FilterNode,
  isMatchAll,
  StorageError,
} from '@stowage/core/driver'
import { writeCell } from './cell-text.ts'
import type { KeboolaClient } from './client.ts'
import { toRowFilters } from './find-plan.ts'
import type { KeboolaRowFilter } from './row-filters.ts'
import { keysOf } from './row-keys.ts'
import type { RowReader } from './row-reader.ts'
import { finish } from './table-admin.ts'
import type { TableSchema, TableSchemas } from './table-schemas.ts'

/** What rows are deleted with. */
export interface DeleteParts {
  /** The client. */
  readonly client: KeboolaClient
  /** Looks tables up. */
  readonly schemas: TableSchemas
  /** Finds rows that can't be named by a condition the service deletes by. */
  readonly reader: RowReader
}

/** How many keys one deletion names. */
const keysPerDelete = 1000

/** A key's values, in the order of its columns. */
type Key = readonly string[]

/**
 * Deletes rows. The service deletes by equality alone: by other conditions rows are found first and deleted by their keys.
 */
export class RowDeleter {
  readonly #parts: DeleteParts

  constructor(parts: DeleteParts) {
    this.#parts = parts
  }

  async delete(request: DeleteRowsRequest, call: CallContext): Promise<number> {
    const { schemas } = this.#parts
    const schema = await schemas.get(request, call)
    schemas.forget(request)
    const { filter } = request
    if (isMatchAll(filter)) return this.#submit(schema, undefined, call)
    const keys = namedKeys(filter, schema.primaryKey)
    if (keys !== undefined) return this.#deleteKeys(schema, keys, call)
    const filters = toRowFilters(filter)
    if (filters.every(({ operator }) => operator === 'eq' || operator === 'ne'))
      return this.#submit(schema, filters, call)
    return this.#deleteKeys(schema, await this.#findKeys(schema, filters, call), call)
  }

  async #submit(
    { id }: TableSchema,
    whereFilters: readonly KeboolaRowFilter[] | undefined,
    call: CallContext,
  ): Promise<number> {
    const rows = whereFilters === undefined ? { allowTruncate: true } : { whereFilters }
    const { deletedRows } = await finish(this.#parts.client.tables.deleteRows(id, rows, call), call)
    if (deletedRows !== undefined) return deletedRows
    const message = `the rows of ${id} were deleted, but Keboola didn't say how many`
    throw new StorageError({ code: 'unavailable', message, retryable: false, applied: 'yes' })
  }

  /** One deletion for each group of keys that differ in their last column alone. */
  async #deleteKeys(schema: TableSchema, keys: readonly Key[], call: CallContext): Promise<number> {
    let deleted = 0
    for (const whereFilters of keyFilters(schema.primaryKey, keys)) {
      call.signal.throwIfAborted()
      try {
        deleted += await this.#submit(schema, whereFilters, call)
      } catch (error) {
        if (deleted === 0) throw error
        const message = `${deleted} of ${keys.length} rows were deleted, then one of the deletions failed`
        throw new StorageError({ code: 'unavailable', message, applied: 'partly', details: { deleted } }, {}, error)
      }
    }
    return deleted
  }

  async #findKeys(schema: TableSchema, filters: readonly KeboolaRowFilter[], call: CallContext): Promise<Key[]> {
    const { primaryKey } = schema
    if (primaryKey.length === 0) {
      const message = `Keboola deletes rows by equality alone, and ${schema.id} has no primary key to name the rows by: set one, or use $eq, $ne, $in or $nin`
      throw new StorageError({ code: 'unsupported', message, applied: 'no' })
    }
    const { batches } = await this.#parts.reader.open(schema, { columns: primaryKey, whereFilters: filters }, call)
    const keys: Key[] = []
    for await (const batch of batches) for (const key of keysOf(primaryKey, batch)) keys.push(key)
    return keys
  }
}

/** Writes keys as conditions of equality: a list of values for the last column, one value for each of the others. */
export function* keyFilters(
  primaryKey: readonly string[],
  keys: readonly Key[],
): Generator<KeboolaRowFilter[], void, undefined> {
  const groups = new Map<string, { readonly before: Key; readonly last: string[] }>()
  for (const key of keys) {
    const before = key.slice(0, -1)
    const name = JSON.stringify(before)
    const group = groups.get(name) ?? { before, last: [] }
    groups.set(name, group)
    group.last.push(key.at(-1) ?? '')
  }
  const lastColumn = primaryKey.at(-1) ?? ''
  for (const { before, last } of groups.values()) {
    const fixed = before.map((value, index) => equals(primaryKey[index] ?? '', [value]))
    for (let start = 0; start < last.length; start += keysPerDelete)
      yield [...fixed, equals(lastColumn, last.slice(start, start + keysPerDelete))]
  }
}

function equals(column: string, values: readonly string[]): KeboolaRowFilter {
  return { column, operator: 'eq', values }
}

/** Gives the keys of a filter that names rows by their keys, as core writes it; undefined for any other. */
function namedKeys(filter: FilterNode, primaryKey: readonly string[]): Key[] | undefined {
  if (primaryKey.length === 0) return undefined
  if (filter.kind === 'in' && filter.operator === '$in' && primaryKey.length === 1 && filter.path === primaryKey[0])
    return filter.values.map((value) => [textOf(value)])
  if (filter.kind !== 'or') return undefined
  const keys = filter.nodes.map((node) => namedKey(node, primaryKey))
  return keys.every((key) => key !== undefined) ? keys : undefined
}

function namedKey(node: FilterNode, primaryKey: readonly string[]): Key | undefined {
  if (node.kind !== 'and' || node.nodes.length !== primaryKey.length) return undefined
  const values = new Map<string, string>()
  for (const one of node.nodes) {
    if (one.kind !== 'compare' || one.operator !== '$eq') return undefined
    values.set(one.path, textOf(one.value))
  }
  const key = primaryKey.flatMap((name) => values.get(name) ?? [])
  return key.length === primaryKey.length ? key : undefined
}

function textOf(value: JsonValue): string {
  return writeCell(value) ?? ''
}
