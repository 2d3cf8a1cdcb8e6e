import { notFound } from '../keboola-error.ts'
import type { RecordsOf } from '../state-records.ts'
import type { BucketRecord } from './bucket-record.ts'

/** The buckets of the project. */
export class Buckets {
  readonly #records: RecordsOf<BucketRecord>

  constructor(records: RecordsOf<BucketRecord>) {
    this.#records = records
  }

  /** Gives a bucket; undefined without it. */
  find(id: string): BucketRecord | undefined {
    return this.#records.get(id)
  }

  /** Gives a bucket; fails with 404 without it. */
  get(id: string): BucketRecord {
    const found = this.find(id)
    if (found === undefined) throw notFound('buckets', `Bucket ${id} not found`)
    return found
  }

  /** Gives all, in the order they were created. */
  list(): BucketRecord[] {
    return this.#records.values()
  }

  /** Remembers a bucket, or what became of it. */
  put(bucket: BucketRecord): Promise<void> {
    return this.#records.put(bucket.id, bucket)
  }

  /** Changes what is remembered of a bucket; nothing where it is gone. */
  async change(id: string, change: Partial<BucketRecord>): Promise<void> {
    const bucket = this.find(id)
    if (bucket !== undefined) await this.put({ ...bucket, ...change })
  }

  /** Forgets a bucket. */
  delete(id: string): Promise<void> {
    return this.#records.delete(id)
  }
}
