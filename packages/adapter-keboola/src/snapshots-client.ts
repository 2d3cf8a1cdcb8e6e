import { z } from 'zod'
import { id, instant, nothing, optional, optionalId, optionalText, texts } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { withoutUndefined } from './row-filters.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** A table as it was once. */
export interface KeboolaSnapshot {
  /** Its id. */
  readonly id: string
  /** Free text. */
  readonly description: string | undefined
  /** When it was made. */
  readonly createdAt: Date | undefined
  /** The file its rows are in. */
  readonly dataFileId: string | undefined
  /** The table; only of a single snapshot. */
  readonly table: KeboolaSnapshotTable | undefined
}

/** What is known of a snapshot's table. */
export interface KeboolaSnapshotTable {
  /** Its id. */
  readonly id: string
  /** The columns of its primary key. */
  readonly primaryKey: readonly string[]
  /** Its columns, in order. */
  readonly columns: readonly string[]
}

const snapshotAnswer: z.ZodType<KeboolaSnapshot> = z
  .object({
    id,
    description: optionalText,
    createdTime: instant,
    dataFileId: optionalId,
    table: optional(z.object({ id, primaryKey: texts, columns: texts })),
  })
  .transform(({ createdTime, ...rest }) => ({ ...rest, createdAt: createdTime }))

/** Snapshots of tables. To restore one, give its id to `tables.create`. */
export class KeboolaSnapshotsClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Submits a snapshot of a table (`POST tables/{id}/snapshots`). */
  async create(
    tableId: string,
    { description }: { readonly description?: string | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<KeboolaSnapshot>> {
    const json = withoutUndefined({ description })
    const request = { method: 'POST', path: ['tables', tableId, 'snapshots'], json } as const
    return this.#parts.submit(request, { answer: snapshotAnswer }, call)
  }

  /** Gives one page of a table's snapshots, newest first (`GET tables/{id}/snapshots`). */
  async list(
    tableId: string,
    { limit, offset }: { readonly limit?: number | undefined; readonly offset?: number | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaSnapshot[]> {
    const request = { path: ['tables', tableId, 'snapshots'], query: { limit, offset } }
    return this.#parts.call(request, z.array(snapshotAnswer), call)
  }

  /** Gives a snapshot (`GET snapshots/{id}`). */
  async get(snapshotId: string, call: KeboolaCallOptions = {}): Promise<KeboolaSnapshot> {
    return this.#parts.call({ path: ['snapshots', snapshotId], isBranched: false }, snapshotAnswer, call)
  }

  /** Submits the deletion of a snapshot (`DELETE snapshots/{id}`). */
  async delete(snapshotId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'DELETE', path: ['snapshots', snapshotId], isBranched: false } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }
}
