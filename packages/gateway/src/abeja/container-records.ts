import type { Bucket, Storage } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { type Container, stateBucket } from './container.ts'

const folder = 'containers/'

/**
 * What the gateway remembers of containers, beyond what the storage knows of their buckets: one small file of JSON for each, in a
 * bucket of its own. A container without one is what its bucket says.
 */
export class ContainerRecords {
  readonly #bucket: Bucket

  constructor(storage: Storage) {
    this.#bucket = storage.bucket(stateBucket)
  }

  /** Reads all of them, by the name of the bucket. */
  async load(): Promise<Map<string, Container>> {
    await this.#createBucket()
    const records = new Map<string, Container>()
    for await (const entry of this.#bucket.files({ prefix: folder })) {
      if (entry.kind !== 'file') continue
      const record = JSON.parse(await this.#bucket.file(entry.file.key).text()) as Container
      records.set(record.bucket, record)
    }
    return records
  }

  async #createBucket(): Promise<void> {
    try {
      await this.#bucket.create({ description: 'What the ABEJA gateway remembers of channels and buckets' })
    } catch (error) {
      if (!StorageError.is(error, 'already-exists')) throw error
    }
  }

  /** Remembers a container. */
  async write(container: Container): Promise<void> {
    await this.#bucket.file(`${folder}${container.id}.json`).put(JSON.stringify(container))
  }
}
