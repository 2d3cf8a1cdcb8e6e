import type { Column } from '@stowage/core'
import type { CallContext, Clock, TableRequest } from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import type { KeboolaTable } from './table-answers.ts'
import { toColumns } from './table-info.ts'

/** What reading and writing rows needs to know of a table. */
export interface TableSchema {
  /** Its id, for example `in.c-main.orders`. */
  readonly id: string
  /** Its columns, in order. */
  readonly columns: readonly Column[]
  /** The columns of its primary key. */
  readonly primaryKey: readonly string[]
  /** Whether its columns have types in Keboola. */
  readonly isTyped: boolean
  /** How many rows it had after its last job. */
  readonly rowCount: number | undefined
}

/** How long what was learned for a plan holds for the query that follows. */
const keptMs = 2000
const maxKept = 100

/** Gives the id of a table. */
export function tableIdOf({ bucket, table }: TableRequest): string {
  return `${bucket}.${table}`
}

/** Looks tables up. A query is planned and then run: it is looked up once for both. */
export class TableSchemas {
  readonly #client: KeboolaClient
  readonly #clock: Clock
  readonly #recent = new Map<string, { readonly schema: TableSchema; readonly at: number }>()

  constructor(client: KeboolaClient, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Looks a table up; fails with `not-found` without it. */
  async get(request: TableRequest, call: CallContext): Promise<TableSchema> {
    const table = await this.look(request, call)
    return toSchema(table)
  }

  /** Gives a table as it was seen a moment ago, or looks it up. */
  async recent(request: TableRequest, call: CallContext): Promise<TableSchema> {
    const known = this.#recent.get(tableIdOf(request))
    if (known !== undefined && this.#clock.now() - known.at < keptMs) return known.schema
    return this.get(request, call)
  }

  /** Looks a table up and gives the answer as it is. */
  async look(request: TableRequest, call: CallContext): Promise<KeboolaTable> {
    const id = tableIdOf(request)
    this.#recent.delete(id)
    const table = await this.#client.tables.get(id, call)
    this.#recent.set(id, { schema: toSchema(table), at: this.#clock.now() })
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > maxKept && oldest !== undefined) this.#recent.delete(oldest)
    return table
  }

  /** Forgets a table that is about to change. */
  forget(request: TableRequest): void {
    this.#recent.delete(tableIdOf(request))
  }
}

function toSchema(table: KeboolaTable): TableSchema {
  const { id, primaryKey, isTyped, rowsCount } = table
  return { id, columns: toColumns(table), primaryKey, isTyped, rowCount: rowsCount }
}
