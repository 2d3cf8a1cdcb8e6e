import { nothing } from './answers.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { withoutUndefined } from './row-filters.ts'
import { bucketAnswer, bucketsAnswer, type KeboolaBucket } from './table-answers.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** What listings of buckets may bring along. */
export type KeboolaBucketInclude = 'metadata' | 'linkedBuckets' | 'attributes'

/** What a single bucket may bring along, about its tables. */
export type KeboolaBucketTableInclude =
  | 'metadata'
  | 'columns'
  | 'columnMetadata'
  | 'sourceMetadata'
  | 'sourceColumnMetadata'

/** A bucket to be made. */
export interface KeboolaNewBucket {
  /** Its name, without the `c-` that the service puts in front: letters, digits, dash, underscore. */
  readonly name: string
  /** The stage. Default `in`. */
  readonly stage?: 'in' | 'out' | undefined
  /** The name people see; unique in the project. Default: the name. */
  readonly displayName?: string | undefined
  /** Free text; the service calls it deprecated and has metadata for it. */
  readonly description?: string | undefined
  /** The backend. Default: the project's. */
  readonly backend?: string | undefined
  /** A color for people. */
  readonly color?: string | undefined
}

/** Buckets. */
export class KeboolaBucketsClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /**
   * Gives all buckets the token may see, in one answer (`GET buckets`).
   *
   * @param include - what comes along. Default: the service's choice
   */
  async list(
    { include }: { readonly include?: readonly KeboolaBucketInclude[] | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaBucket[]> {
    return this.#parts.call({ path: ['buckets'], query: { include: include?.join(',') } }, bucketsAnswer, call)
  }

  /** Gives a bucket and its tables (`GET buckets/{id}`); fails with `not-found` without it. */
  async get(
    bucketId: string,
    { include }: { readonly include?: readonly KeboolaBucketTableInclude[] | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaBucket> {
    return this.#parts.call({ path: ['buckets', bucketId], query: { include: include?.join(',') } }, bucketAnswer, call)
  }

  /** Creates a bucket (`POST buckets`). Take its id from the answer: projects differ in whether there is a `c-` in it. */
  async create(bucket: KeboolaNewBucket, call: KeboolaCallOptions = {}): Promise<KeboolaBucket> {
    const { name, stage = 'in', displayName, description, backend, color } = bucket
    const json = withoutUndefined({ name, stage, displayName, description, backend, color })
    return this.#parts.call({ method: 'POST', path: ['buckets'], json }, bucketAnswer, call)
  }

  /** Changes the name people see, or the color (`PUT buckets/{id}`). */
  async update(
    bucketId: string,
    changes: Pick<KeboolaNewBucket, 'displayName' | 'color'>,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const json = withoutUndefined({ displayName: changes.displayName, color: changes.color })
    const request = { method: 'PUT', path: ['buckets', bucketId], query: { async: true }, json } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /**
   * Submits the deletion of a bucket (`DELETE buckets/{id}`).
   *
   * @param force - whether tables and aliases in it go as well. Default false: one that isn't empty is refused, at once or by the job
   */
  async delete(
    bucketId: string,
    { force }: { readonly force?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaJobHandle<void>> {
    const query = { async: true, force: force === true ? true : undefined }
    const request = { method: 'DELETE', path: ['buckets', bucketId], query } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }
}
