import { type Bucket, type Table, type TableInfo } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { ZerodbSettings } from './options.ts'
import { renamedIdColumn } from './renamed-rows.ts'
import { idColumn, tableDefinition, type TableSchema } from './schema.ts'
import { describedWith, recordText, type ServedTable, servedTable } from './served-table.ts'
import { refusal, type ZerodbError } from './zerodb-error.ts'

/** What a table is created with. */
export interface NewTable {
  /** Its name. */
  readonly name: string
  /** Its schema. */
  readonly schema: TableSchema
  /** Free text. */
  readonly description: string | undefined
}

/**
 * The tables of the bucket that is served.
 *
 * Rows have their ids in a column of their own, which is the primary key of the storage's table. The id of the table, its
 * schema as it was sent and when it was created are the description of that column: they are there as soon as the table is, go
 * with it, and survive a restart wherever the storage does. Tables that others created, or whose storage keeps no descriptions,
 * get ids made from their name; rows of the former ids made from their primary key. Everything else is asked of the storage, so that what others change in it shows.
 */
export class Tables {
  readonly #bucket: Bucket
  readonly #settings: ZerodbSettings
  readonly #names = new Map<string, string>()
  readonly #versions = new Map<string, number>()
  readonly #updatedMs = new Map<string, number>()
  #sequence = 0

  private constructor(settings: ZerodbSettings) {
    this.#settings = settings
    this.#bucket = settings.storage.bucket(settings.bucket)
  }

  /** Looks at what is there; creates the bucket where it is missing. */
  static async open(settings: ZerodbSettings): Promise<Tables> {
    const tables = new Tables(settings)
    if (settings.storage.supports('buckets.create')) await tables.#createBucket()
    await tables.list()
    return tables
  }

  async #createBucket(): Promise<void> {
    try {
      await this.#bucket.create({ description: 'The tables that ZeroDB’s clients see' })
    } catch (error) {
      if (!StorageError.is(error, 'already-exists')) throw error
    }
  }

  /** Lists the tables in the order they were created. */
  async list(): Promise<ServedTable[]> {
    const served: ServedTable[] = []
    for await (const info of this.#bucket.tables()) {
      // Some storages say nothing of columns in lists.
      const isWhole = info.columns.length > 0
      const one = isWhole ? this.#remember(this.#bucket.table(info.name), info) : await this.#look(info.name)
      if (one !== undefined) served.push(one)
    }
    return served.toSorted((one, other) => one.createdMs - other.createdMs || one.sequence - other.sequence)
  }

  /** Finds a table by its id or else its name. */
  async find(reference: string): Promise<ServedTable> {
    const name = await this.#nameOf(reference)
    const byId = name === undefined ? undefined : await this.#look(name)
    if (byId?.id === reference) return byId
    const byName = await this.#look(reference)
    if (byName !== undefined) return byName
    throw missing(reference)
  }

  async #nameOf(reference: string): Promise<string | undefined> {
    // Another gateway over the same storage may have created it.
    if (!this.#names.has(reference) && reference.startsWith('tbl_')) await this.list()
    return this.#names.get(reference)
  }

  async #look(name: string): Promise<ServedTable | undefined> {
    try {
      const table = this.#bucket.table(name)
      return this.#remember(table, await table.info())
    } catch (error) {
      // A name the storage can't have belongs to no table.
      if (StorageError.is(error, 'not-found') || StorageError.is(error, 'invalid-argument')) return undefined
      throw error
    }
  }

  #remember(table: Table, info: TableInfo): ServedTable | undefined {
    const served = servedTable(table, info, this.#settings.createId)
    if (served === undefined) return undefined
    this.#names.set(served.id, info.name)
    this.#sequence = Math.max(this.#sequence, served.sequence)
    return served
  }

  /** Creates a table. */
  async create({ name, schema, description }: NewTable): Promise<ServedTable> {
    const { createId, clock, requiredFields } = this.#settings
    const record = { id: createId('table'), schema, createdMs: clock.now(), sequence: (this.#sequence += 1) }
    const table = this.#bucket.table(name)
    const text = recordText(record)
    const info = await this.#withIdName(schema, (idName) => {
      const definition = tableDefinition(schema, requiredFields, idName, idName === idColumn ? text : undefined)
      const shown = idName === idColumn ? description : describedWith(description, text)
      return table.create({ ...definition, undeclaredFields: 'keep', description: shown })
    })
    const served = this.#remember(table, info)
    if (served === undefined) throw lost(info)
    this.noteChange(served)
    return served
  }

  /** A storage that gives rows an `_id` of its own takes no such column: there ids are in one by another name. */
  async #withIdName({ fields }: TableSchema, create: (idName: string) => Promise<TableInfo>): Promise<TableInfo> {
    try {
      return await create(idColumn)
    } catch (error) {
      if (!StorageError.is(error, 'invalid-argument') || Object.hasOwn(fields, renamedIdColumn)) throw error
      // If it isn't the name that is wrong, the first refusal says more.
      return create(renamedIdColumn).catch((another: unknown) => {
        throw StorageError.is(another, 'invalid-argument') ? error : another
      })
    }
  }

  /** Drops a table, and tells how many rows went with it. */
  async drop(served: ServedTable): Promise<number> {
    // Rows may have come since the table was looked up.
    const { count } = await served.table.count()
    await served.table.drop()
    this.#names.delete(served.id)
    this.#versions.delete(served.id)
    this.#updatedMs.delete(served.id)
    return count
  }

  /** Notes that rows of a table changed. */
  noteChange({ id, info }: ServedTable): void {
    this.#versions.set(id, this.#versionOf(id) + 1)
    // The storage's own times are the better ones: they know of what others change.
    if (this.#settings.usesStorageTimes && info.updatedAt !== undefined) return
    this.#updatedMs.set(id, this.#settings.clock.now())
  }

  /** When a table last changed, in milliseconds since 1970. */
  updatedMs({ id, info, createdMs }: ServedTable): number {
    return this.#updatedMs.get(id) ?? Math.max(createdMs, info.updatedAt?.getTime() ?? 0)
  }

  /** Gives a text that is another one after each change of a table's rows; undefined where the storage doesn't tell. */
  stampOf({ id, info }: ServedTable): string | undefined {
    if (info.updatedAt === undefined) return undefined
    return [id, this.#versionOf(id), info.updatedAt.getTime(), info.rowCount].join(' ')
  }

  #versionOf(id: string): number {
    return this.#versions.get(id) ?? 0
  }
}

/** Counts the rows of a table. */
export async function countAll({ table, info }: ServedTable): Promise<number> {
  return info.rowCount ?? (await table.count()).count
}

function lost({ name }: TableInfo): StorageError {
  const message = `the storage created the table "${name}" without its primary key: serve another one`
  return new StorageError({ code: 'unsupported', message })
}

function missing(reference: string): ZerodbError {
  const shown = reference.length > 100 ? `${reference.slice(0, 100)}…` : reference
  return refusal('TABLE_NOT_FOUND', `Table '${shown}' not found`)
}
