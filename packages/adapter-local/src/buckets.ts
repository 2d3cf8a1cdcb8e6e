import type { BucketInfo, Page } from '@stowage/core'
import type {
  ArchiveBucketRequest,
  BucketDriver,
  BucketRequest,
  CallContext,
  CreateBucketRequest,
  DeleteBucketRequest,
  ListBucketsRequest,
  UpdateBucketRequest,
} from '@stowage/core/driver'
import { run } from './call.ts'
import type { Engine } from './engine/engine.ts'

/** Takes the files of a bucket away; what is left of a bucket when the engine has dropped its tables. */
export type RemoveFiles = (bucket: string) => Promise<void>

/** Buckets of the embedded backend. */
export class LocalBuckets implements BucketDriver {
  readonly #engine: Engine
  readonly #removeFiles: RemoveFiles

  constructor(engine: Engine, removeFiles: RemoveFiles) {
    this.#engine = engine
    this.#removeFiles = removeFiles
  }

  list(request: ListBucketsRequest, call: CallContext): Promise<Page<BucketInfo>> {
    return run(this.#engine, call, 'listBuckets', request)
  }

  get({ bucket }: BucketRequest, call: CallContext): Promise<BucketInfo> {
    return run(this.#engine, call, 'getBucket', { bucket })
  }

  create(request: CreateBucketRequest, call: CallContext): Promise<BucketInfo> {
    return run(this.#engine, call, 'createBucket', request)
  }

  update(request: UpdateBucketRequest, call: CallContext): Promise<BucketInfo> {
    return run(this.#engine, call, 'updateBucket', request)
  }

  async delete(request: DeleteBucketRequest, call: CallContext): Promise<void> {
    await run(this.#engine, call, 'deleteBucket', request)
    await this.#removeFiles(request.bucket)
  }

  archive(request: ArchiveBucketRequest, call: CallContext): Promise<BucketInfo> {
    return run(this.#engine, call, 'archiveBucket', request)
  }
}
