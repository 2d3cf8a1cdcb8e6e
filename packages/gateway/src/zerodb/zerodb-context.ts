import { KeyLocks } from '../server/key-locks.ts'
import type { OpenQueries } from './open-queries.ts'
import type { ZerodbSettings } from './options.ts'
import type { QuirkPlan } from './quirks.ts'
import type { JsonObject } from './request-body.ts'
import type { ServedTable } from './served-table.ts'
import type { Tables } from './tables.ts'

/** Answers one operation of the API. */
export type Operation = (context: ZerodbContext, exchange: Exchange) => Promise<object>

/** One request while it is answered. */
export interface Exchange {
  /** The table its path names, decoded; empty where it names none. */
  readonly reference: string
  /** Its query. */
  readonly query: URLSearchParams
  /** Its body; empty for operations that take none. */
  readonly body: JsonObject
  /** What is odd about it. */
  readonly quirks: QuirkPlan
}

/** What all operations share. */
export class ZerodbContext {
  readonly settings: ZerodbSettings
  readonly tables: Tables
  readonly queries: OpenQueries
  readonly #locks = new KeyLocks()

  constructor(parts: Pick<ZerodbContext, 'settings' | 'tables' | 'queries'>) {
    this.settings = parts.settings
    this.tables = parts.tables
    this.queries = parts.queries
  }

  /** Finds the table a request names. */
  table({ reference }: Exchange): Promise<ServedTable> {
    return this.tables.find(reference)
  }

  /** Works on a table while no other request changes it: what was looked up before a write holds until it is done. */
  lock<Result>({ id }: ServedTable, work: () => Promise<Result>): Promise<Result> {
    return this.#locks.run(id, work)
  }

  /** Changes rows of a table. */
  change<Result>(served: ServedTable, work: () => Promise<Result>): Promise<Result> {
    return this.lock(served, async () => {
      try {
        return await work()
      } finally {
        // Also a change that failed may have come through in part.
        this.tables.noteChange(served)
      }
    })
  }
}
