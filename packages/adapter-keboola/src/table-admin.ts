import type { Page, TableInfo } from '@stowage/core'
import {
  type CallContext,
  type Clock,
  compareText,
  type CreateTableRequest,
  type ListTablesRequest,
  type SetPrimaryKeyRequest,
  StorageError,
  type TableRequest,
} from '@stowage/core/driver'
import { checkTableName } from './bucket-name.ts'
import type { KeboolaClient } from './client.ts'
import { checkColumnNames } from './column-name.ts'
import { hasStatus } from './errors.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import { isLost } from './lost-answer.ts'
import { columnMetadataOf, newColumns, tableMetadataOf } from './new-table.ts'
import type { KeboolaTable } from './table-answers.ts'
import { metadataProvider, toTableInfo } from './table-info.ts'
import { tableIdOf, type TableSchemas } from './table-schemas.ts'

/** What tables are made and changed with. */
export interface TableAdminParts {
  /** The client. */
  readonly client: KeboolaClient
  /** Looks tables up. */
  readonly schemas: TableSchemas
  /** The clock. */
  readonly clock: Clock
  /** What is spoken. */
  readonly dialect: 'current' | 'guide'
}

/** How long after a creation whose answer was lost the table is looked for, in milliseconds. */
const looksMs = [0, 300, 900, 2000]

/** Tables as such: listed, made, dropped, and their primary keys. */
export class TableAdmin {
  readonly #parts: TableAdminParts

  constructor(parts: TableAdminParts) {
    this.#parts = parts
  }

  /** The service gives a bucket's tables at once: one request for a page, and none for a single table. */
  async list({ bucket, pageSize, pageToken }: ListTablesRequest, call: CallContext): Promise<Page<TableInfo>> {
    const include = ['columns', 'metadata', 'columnMetadata'] as const
    const tables = await this.#parts.client.tables.listInBucket(bucket, { include }, call)
    const after = tables.filter(({ name }) => pageToken === undefined || compareText(name, pageToken) > 0)
    after.sort((left, right) => compareText(left.name, right.name))
    const items = after.slice(0, pageSize)
    const nextPageToken = after.length > items.length ? items.at(-1)?.name : undefined
    return { items: items.map((table) => toTableInfo(bucket, table)), nextPageToken }
  }

  async get(request: TableRequest, call: CallContext): Promise<TableInfo> {
    return toTableInfo(request.bucket, await this.#parts.schemas.look(request, call))
  }

  /** Makes the table, then notes what the service has no place for; without that the table goes again. */
  async create(request: CreateTableRequest, call: CallContext): Promise<TableInfo> {
    checkTableName(request.table)
    checkColumnNames(request.columns.map(({ name }) => name))
    this.#parts.schemas.forget(request)
    await this.#make(request, call)
    try {
      await this.#describe(request, call)
    } catch (error) {
      await this.drop(request, { signal: AbortSignal.timeout(undoMs), receipt: call.receipt })
      throw error
    }
    return this.get(request, call)
  }

  async drop(request: TableRequest, call: CallContext): Promise<void> {
    this.#parts.schemas.forget(request)
    try {
      await finish(this.#parts.client.tables.delete(tableIdOf(request), {}, call), call)
    } catch (error) {
      if (!isLost(error) || call.signal.aborted || !(await this.#isGone(request, call))) throw error
    }
  }

  /** Says whether a table is surely not there. */
  async #isGone(request: TableRequest, call: CallContext): Promise<boolean> {
    try {
      await this.#parts.schemas.look(request, call)
      return false
    } catch (error) {
      return hasStatus(error, 404)
    }
  }

  /** Takes the old key away and sets the new one: where that fails, the old one comes back. */
  async setPrimaryKey(request: SetPrimaryKeyRequest, call: CallContext): Promise<TableInfo> {
    const { client, schemas } = this.#parts
    const id = tableIdOf(request)
    const { primaryKey: old } = await schemas.look(request, call)
    schemas.forget(request)
    if (isSameKey(old, request.primaryKey)) return this.get(request, call)
    if (old.length > 0) await finish(client.tables.deletePrimaryKey(id, call), call)
    try {
      if (request.primaryKey.length > 0) await this.#setKey(id, request.primaryKey, call)
    } catch (error) {
      if (old.length > 0) await this.#putBack(id, old, error, call)
      throw error
    }
    return this.get(request, call)
  }

  async #setKey(id: string, columns: readonly string[], call: CallContext): Promise<void> {
    await finish(this.#parts.client.tables.setPrimaryKey(id, columns, {}, call), call)
  }

  async #putBack(id: string, old: readonly string[], cause: unknown, call: CallContext): Promise<void> {
    try {
      await this.#setKey(id, old, { signal: AbortSignal.timeout(undoMs), receipt: call.receipt })
    } catch {
      const message = `${id} has no primary key now: the new one was refused, and the old one (${old.join(', ')}) could not be put back; set it again`
      throw new StorageError({ code: 'conflict', message, applied: 'partly' }, {}, cause)
    }
  }

  async #make(request: CreateTableRequest, call: CallContext): Promise<void> {
    try {
      await finish(this.#submit(request, call), call)
    } catch (error) {
      if (!isLost(error) || call.signal.aborted) throw error
      await this.#findMade(request, error, call)
    }
  }

  #submit(request: CreateTableRequest, call: CallContext): Promise<KeboolaJobHandle<KeboolaTable>> {
    const { bucket, table: name, primaryKey } = request
    const { tables } = this.#parts.client
    const columns = newColumns(request)
    // The guide knows no tables without data, so its tables come from a header alone.
    if (this.#parts.dialect === 'guide') {
      const dataString = `${columns.map((column) => column.name).join(',')}\n`
      return tables.create(bucket, { name, dataString, primaryKey }, call)
    }
    return tables.createDefinition(bucket, { name, columns, primaryKey }, call)
  }

  /** A creation whose answer was lost may still be on its way. One that was there before has other columns, or rows. */
  async #findMade(request: CreateTableRequest, lost: unknown, call: CallContext): Promise<void> {
    for (const waitMs of looksMs) {
      await this.#parts.clock.sleep(waitMs, call.signal)
      try {
        const table = await this.#parts.schemas.look(request, call)
        if (isWhatWasAsked(table, request)) return
        throw lost
      } catch (error) {
        if (!hasStatus(error, 404)) throw lost
      }
    }
    throw lost
  }

  async #describe(request: CreateTableRequest, call: CallContext): Promise<void> {
    const metadata = tableMetadataOf(request)
    const columnsMetadata = columnMetadataOf(request)
    if (metadata.length === 0 && Object.keys(columnsMetadata).length === 0) return
    const fields = { provider: metadataProvider, metadata, columnsMetadata }
    await this.#parts.client.metadata.setOfTable(tableIdOf(request), fields, call)
  }
}

/** How long putting things back may take. */
const undoMs = 60_000

/** Waits for a job that is being submitted. */
export async function finish<Result>(submitted: Promise<KeboolaJobHandle<Result>>, call: CallContext): Promise<Result> {
  const job = await submitted
  if (job.id !== undefined) call.receipt.jobIds.push(job.id)
  return job.wait(call)
}

function isSameKey(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index])
}

function isWhatWasAsked(table: KeboolaTable, { columns, primaryKey }: CreateTableRequest): boolean {
  const names = columns.map(({ name }) => name)
  const isEmpty = (table.rowsCount ?? 0) === 0
  return isEmpty && isSameKey(table.columns ?? [], names) && isSameKey(table.primaryKey, primaryKey)
}
