import type { DeleteOutcome, FileEntry, FileInfo, Page, SignedUrl } from '@stowage/core'
import {
  type CallContext,
  type DeleteFilesRequest,
  type FileContent,
  type FileDriver,
  type FileRequest,
  type ListFilesRequest,
  type ReadFileRequest,
  type SignUrlRequest,
  StorageError,
  type UpdateFileRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'
import type { BucketListing } from './bucket-listing.ts'
import type { BucketStore } from './bucket-store.ts'
import type { ChannelListing } from './channel-listing.ts'
import type { ChannelStore } from './channel-store.ts'
import type { Container } from './container.ts'
import type { Containers } from './containers.ts'
import { hasStatus } from './errors.ts'
import { unsupported } from './file-facts.ts'

/** What files of both kinds are done with. */
export interface FileParts {
  /** Finds containers. */
  readonly containers: Containers
  /** Files of channels. */
  readonly channels: ChannelStore
  /** Their listings. */
  readonly channelListing: ChannelListing
  /** Files of buckets. */
  readonly buckets: BucketStore
  /** Their listings. */
  readonly bucketListing: BucketListing
}

/** Files, as the driver has them: sends each call to the kind of container it is about. */
export class AbejaFiles implements Partial<FileDriver> {
  readonly #parts: FileParts

  constructor(parts: FileParts) {
    this.#parts = parts
  }

  async list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const { kind, id } = await this.#place(request.bucket, call)
    const listing = kind === 'channel' ? this.#parts.channelListing : this.#parts.bucketListing
    return listing.page(id, request, call)
  }

  async stat(request: FileRequest, call: CallContext): Promise<FileInfo> {
    const { kind, id } = await this.#place(request.bucket, call)
    return (kind === 'channel' ? this.#parts.channels : this.#parts.buckets).stat(id, request, call)
  }

  async read(request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const { kind, id } = await this.#place(request.bucket, call)
    return (kind === 'channel' ? this.#parts.channels : this.#parts.buckets).read(id, request, call)
  }

  async write(request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const { kind, id } = await this.#writable(request.bucket, call)
    const store = kind === 'channel' ? this.#parts.channels : this.#parts.buckets
    return this.#refusing(request.bucket, () => store.write(id, request, call), call)
  }

  async delete(request: FileRequest, call: CallContext): Promise<void> {
    const { kind, id } = await this.#writable(request.bucket, call)
    if (kind === 'bucket') throw unsupported('ABEJA has no way to delete a file of a bucket, only files of channels')
    return this.#refusing(request.bucket, () => this.#parts.channels.delete(id, request, call), call)
  }

  async deleteMany(request: DeleteFilesRequest, call: CallContext): Promise<readonly DeleteOutcome[]> {
    const { kind, id } = await this.#writable(request.bucket, call)
    if (kind === 'bucket') throw unsupported('ABEJA has no way to delete a file of a bucket, only files of channels')
    return this.#parts.channels.deleteMany(id, request, call)
  }

  async update(request: UpdateFileRequest, call: CallContext): Promise<FileInfo> {
    const { kind, id } = await this.#writable(request.bucket, call)
    if (kind === 'bucket')
      throw unsupported('what is set on a file of a bucket of ABEJA can not be changed: write the file again')
    return this.#refusing(request.bucket, () => this.#parts.channels.update(id, request, call), call)
  }

  async signUrl(request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    const { kind, id } = await (request.method === 'GET'
      ? this.#place(request.bucket, call)
      : this.#writable(request.bucket, call))
    return (kind === 'channel' ? this.#parts.channels : this.#parts.buckets).signUrl(id, request, call)
  }

  #place(bucket: string, call: CallContext): Promise<Container> {
    return this.#parts.containers.place(bucket, call)
  }

  /** What the service lets happen to an archived container is not documented; here it refuses writes. */
  async #writable(bucket: string, call: CallContext): Promise<Container> {
    const place = await this.#place(bucket, call)
    if (!place.isArchived) return place
    const seen = await this.#parts.containers.find(bucket, call)
    if (seen?.isArchived === true) throw archived(bucket)
    return seen ?? place
  }

  /** A container that was archived by somebody else meanwhile refuses writes as bad requests. */
  async #refusing<Result>(bucket: string, work: () => Promise<Result>, call: CallContext): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!hasStatus(error, 400)) throw error
      const seen = await this.#parts.containers.find(bucket, call)
      throw seen?.isArchived === true ? archived(bucket) : error
    }
  }
}

function archived(bucket: string): StorageError {
  const message = `${bucket} is archived and takes no changes: take it back from the archive first`
  return new StorageError({ code: 'permission-denied', message, applied: 'no' })
}
