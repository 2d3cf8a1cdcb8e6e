import type { Storage, Table } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { KeyLocks } from '../server/key-locks.ts'

/** The bucket of the storage that holds what the gateway remembers. Its name is none a Keboola bucket can have. */
export const stateBucket = 'keboola-gateway'

const stateTable = 'records'

/**
 * What the gateway remembers beside tables and files: one row of a table for each thing, by kind and id.
 *
 * All of it is held in memory and written through, so listings cost nothing, and it is there again after a restart.
 */
export class StateRecords {
  readonly #table: Table
  readonly #locks = new KeyLocks()
  readonly #kinds = new Map<string, Map<string, unknown>>()

  /** @internal */
  constructor(table: Table) {
    this.#table = table
  }

  /** Reads what is there. */
  static async open(storage: Storage): Promise<StateRecords> {
    const bucket = storage.bucket(stateBucket)
    await orThere(bucket.create({ description: 'What the Keboola gateway remembers of tables, jobs and files' }))
    const table = bucket.table(stateTable)
    await orThere(table.create({ columns: { key: 'string', kind: 'string', value: 'string' }, primaryKey: ['key'] }))
    const records = new StateRecords(table)
    for await (const rows of table.find().batches()) for (const row of rows) records.#read(row)
    return records
  }

  #read(row: Readonly<Record<string, unknown>>): void {
    const kind = String(row['kind'])
    this.#mapOf(kind).set(String(row['key']).slice(kind.length + 1), JSON.parse(String(row['value'])))
  }

  /** Gives the records of one kind. */
  of<Value>(kind: string): RecordsOf<Value> {
    const map = this.#mapOf(kind) as Map<string, Value>
    const write = (id: string, value: Value | undefined): Promise<void> => this.#write(kind, id, value)
    return new RecordsOf(map, write)
  }

  #mapOf(kind: string): Map<string, unknown> {
    let map = this.#kinds.get(kind)
    if (map === undefined) this.#kinds.set(kind, (map = new Map<string, unknown>()))
    return map
  }

  async #write(kind: string, id: string, value: unknown): Promise<void> {
    const key = `${kind}/${id}`
    // One after the other, so that the last one to be changed is the last one to be written.
    await this.#locks.run(key, async () => {
      if (value === undefined) await this.#table.delete({ key })
      else await this.#table.insert({ key, kind, value: JSON.stringify(value) }, { mode: 'upsert' })
    })
  }
}

/** The records of one kind, by id, in the order they were first put. */
export class RecordsOf<Value> {
  readonly #map: Map<string, Value>
  readonly #write: (id: string, value: Value | undefined) => Promise<void>

  /** @internal */
  constructor(map: Map<string, Value>, write: (id: string, value: Value | undefined) => Promise<void>) {
    this.#map = map
    this.#write = write
  }

  /** How many there are. */
  get size(): number {
    return this.#map.size
  }

  /** Gives one; undefined without it. */
  get(id: string): Value | undefined {
    return this.#map.get(id)
  }

  /** Gives all. */
  values(): Value[] {
    return [...this.#map.values()]
  }

  /** Remembers one, or what became of it; everybody sees it at once, and it lasts when the promise resolves. */
  put(id: string, value: Value): Promise<void> {
    this.#map.set(id, value)
    return this.#write(id, value)
  }

  /** Forgets one. */
  async delete(id: string): Promise<void> {
    if (this.#map.delete(id)) await this.#write(id, undefined)
  }
}

async function orThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation
  } catch (error) {
    if (!StorageError.is(error, 'already-exists')) throw error
  }
}
