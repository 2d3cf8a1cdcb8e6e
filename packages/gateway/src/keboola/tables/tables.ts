import type { Table } from '@stowage/core'
import type { Buckets } from '../buckets/buckets.ts'
import { notFound } from '../keboola-error.ts'
import type { KeboolaSettings } from '../options.ts'
import type { RecordsOf } from '../state-records.ts'
import type { TableColumn, TableRecord } from './table-record.ts'

/**
 * The tables of the project.
 *
 * Each is a table of the storage by the same name, in the bucket of the same name. Whatever an untyped table holds is text, and an
 * empty text where there is nothing; a typed one holds text as well, or null, with its types beside it. A column more in the
 * storage, `_timestamp`, has the instant of each row's import in milliseconds: no column of a client can be called that. When
 * columns come or go, the table is written anew under another name and then back under its own, so that whatever stops it in
 * between, one of the two is whole.
 *
 * Tables that are in the storage without having been created here are served too, as typed ones whose values are written as text;
 * they have no instants, so nothing of them counts as changed since a time.
 */
export class Tables {
  readonly #settings: KeboolaSettings
  readonly #records: RecordsOf<TableRecord>
  readonly #buckets: Buckets

  constructor(settings: KeboolaSettings, records: RecordsOf<TableRecord>, buckets: Buckets) {
    this.#settings = settings
    this.#records = records
    this.#buckets = buckets
  }

  /** Gives a table; undefined without it, and while it is being created. */
  find(id: string): TableRecord | undefined {
    const found = this.#records.get(id)
    return found?.isPending === true ? undefined : found
  }

  /** Gives a table; fails with 404 without it, or without its bucket. */
  get(id: string): TableRecord {
    const found = this.find(id)
    if (found !== undefined) return found
    const bucketId = bucketIdOf(id)
    if (bucketId !== undefined) this.#buckets.get(bucketId)
    throw notFound('tables', `The table "${id}" was not found in the bucket "${bucketId ?? ''}" in the project`)
  }

  /** Tells whether a name, or the display name it would get, is taken in a bucket by a table that can be seen. */
  isTaken(bucketId: string, name: string, exceptId?: string): boolean {
    return this.list(bucketId).some((one) => one.id !== exceptId && (one.name === name || one.displayName === name))
  }

  /** Gives all tables, or those of a bucket, in the order they were created. */
  list(bucketId?: string): TableRecord[] {
    return this.all(bucketId).filter(({ isPending }) => !isPending)
  }

  /** Gives the same, with those that are being created. */
  all(bucketId?: string): TableRecord[] {
    return this.#records.values().filter((one) => bucketId === undefined || one.bucketId === bucketId)
  }

  /** Gives the table whose rows a table shows: itself, or the one an alias stands for. */
  sourceOf(table: TableRecord): TableRecord {
    return table.alias === null ? table : this.sourceOf(this.get(table.alias.sourceTableId))
  }

  /** Gives the columns a table shows, in order. */
  columnsOf(table: TableRecord): readonly TableColumn[] {
    if (table.alias === null) return table.columns
    const { columns } = table.alias
    const all = this.columnsOf(this.get(table.alias.sourceTableId))
    return columns === null ? all : all.filter(({ name }) => columns.includes(name))
  }

  /** Gives the aliases of a table. */
  aliasesOf(id: string): TableRecord[] {
    return this.list().filter(({ alias }) => alias?.sourceTableId === id)
  }

  /** Gives the table of the storage that holds a table's rows. */
  stored(table: TableRecord): Table {
    const source = this.sourceOf(table)
    return this.#settings.storage.bucket(source.bucketId).table(source.storedName)
  }

  /** Notes that rows or columns of a table changed, with what else changed of it. */
  async noteChange(id: string, change: Partial<TableRecord> = {}): Promise<void> {
    const table = this.#records.get(id)
    if (table === undefined) return
    const lastChangeMs = this.#settings.clock.now()
    await this.put({ ...table, lastChangeMs, ...change, version: table.version + 1 })
    await this.#buckets.change(table.bucketId, { lastChangeMs })
  }

  /** Remembers a table, or what became of it. */
  put(table: TableRecord): Promise<void> {
    return this.#records.put(table.id, table)
  }

  /** Changes what is remembered of a table; nothing where it is gone. */
  async change(id: string, change: Partial<TableRecord>): Promise<void> {
    const table = this.#records.get(id)
    if (table !== undefined) await this.put({ ...table, ...change })
  }

  /** Forgets a table. */
  delete(id: string): Promise<void> {
    return this.#records.delete(id)
  }
}

/** Gives the id of the bucket in the id of a table; undefined for what can be none. */
export function bucketIdOf(tableId: string): string | undefined {
  return /^([^.]+\.[^.]+)\.[^.]+$/.exec(tableId)?.[1]
}
