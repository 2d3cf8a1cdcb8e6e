import { encodeSegment } from '@stowage/http'
import { type AbejaBucket, bucketAnswer, bucketsAnswer } from './answers.ts'
import { AbejaChannelFilesClient } from './channel-files-client.ts'
import { type AbejaContainerFields, type AbejaOffsetQuery, containersPerPage } from './channels-client.ts'
import { byOffset, type OffsetPage } from './paging.ts'
import type { AbejaCallOptions } from './wire.ts'

/** Buckets of an organization. ABEJA offers them to invited accounts; others get 403 or 404. */
export class AbejaBucketsClient extends AbejaChannelFilesClient {
  /** Creates a bucket (`create_bucket`). Two may have the same name. */
  async createBucket(fields: AbejaContainerFields = {}, call: AbejaCallOptions = {}): Promise<AbejaBucket> {
    const { name, description } = fields
    const json = { name, description }
    return this.wire.call({ method: 'POST', path: this.bucketPath(call), json }, bucketAnswer, call)
  }

  /** Gives one page of buckets (`list_buckets`). Whether archived ones are among them is the service's secret. */
  async listBuckets(query: AbejaOffsetQuery = {}, call: AbejaCallOptions = {}): Promise<OffsetPage<AbejaBucket>> {
    const { limit, offset } = query
    return this.wire.call({ path: this.bucketPath(call), query: { limit, offset } }, bucketsAnswer, call)
  }

  /** Iterates over buckets, page by page as they are read. */
  async *buckets(
    query: AbejaOffsetQuery & {
      /** Whether archived ones are given too. Default false. */
      readonly includeArchived?: boolean | undefined
    } = {},
    call: AbejaCallOptions = {},
  ): AsyncGenerator<AbejaBucket, void, undefined> {
    const { limit = containersPerPage, offset: first = 0, includeArchived = false } = query
    const fetch = async (offset: number): Promise<OffsetPage<AbejaBucket>> =>
      this.listBuckets({ limit, offset: first + offset }, call)
    // There is no filter to send.
    for await (const bucket of byOffset(fetch, ({ bucketId }) => bucketId))
      if (includeArchived || !bucket.isArchived) yield bucket
  }

  /** Gives one bucket (`get_bucket`). */
  async getBucket(bucketId: string, call: AbejaCallOptions = {}): Promise<AbejaBucket> {
    return this.wire.call({ path: this.bucketPath(call, bucketId) }, bucketAnswer, call)
  }

  /** Changes name or description; what is left out stays (`patch_bucket`). */
  async patchBucket(bucketId: string, fields: AbejaContainerFields, call: AbejaCallOptions = {}): Promise<AbejaBucket> {
    const { name, description } = fields
    const json = { name, description }
    return this.wire.call({ method: 'PATCH', path: this.bucketPath(call, bucketId), json }, bucketAnswer, call)
  }

  /** Archives a bucket: it is hidden, and can be taken back (`archive_bucket`). */
  async archiveBucket(bucketId: string, call: AbejaCallOptions = {}): Promise<AbejaBucket> {
    return this.wire.call({ method: 'POST', path: this.bucketPath(call, bucketId, 'archive') }, bucketAnswer, call)
  }

  /** Takes a bucket back from the archive (`unarchive_bucket`). */
  async unarchiveBucket(bucketId: string, call: AbejaCallOptions = {}): Promise<AbejaBucket> {
    return this.wire.call({ method: 'POST', path: this.bucketPath(call, bucketId, 'unarchive') }, bucketAnswer, call)
  }

  /** @internal */
  protected bucketPath(call: AbejaCallOptions, ...below: readonly string[]): string {
    return ['organizations', this.wire.organization(call), 'buckets', ...below.map(encodeSegment)].join('/')
  }
}
