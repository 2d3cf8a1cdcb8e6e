import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { toByteSource, writeFileSafely } from '@stowage/core/driver'
import { S3Error } from './s3-error.ts'

/** The bytes of a part, in a file aside. */
export interface PartFile {
  /** How many there are. */
  readonly sizeBytes: number
  /** Their CRC32. */
  readonly crc32: number
  /** Gives them. */
  open(): Promise<AsyncIterable<Uint8Array>>
  /** Removes the file. */
  remove(): Promise<void>
}

/** The files parts wait in, in a directory of their own that is made when the first one arrives. */
export class PartFiles {
  readonly #temporaryDirectory: string
  #directory: Promise<string> | undefined

  /** @param temporaryDirectory - where the directory is made */
  constructor(temporaryDirectory: string) {
    this.#temporaryDirectory = temporaryDirectory
  }

  /** Writes a part of an upload; after a failure or an abort nothing is left of it. */
  async write(upload: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<PartFile> {
    const path = join(await this.#directoryOf(upload), randomBytes(8).toString('hex'))
    let crc = 0
    async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of chunks) {
        crc = crc32(chunk, crc)
        yield chunk
      }
    }
    const options = { overwrite: true, fsync: false, signal }
    const sizeBytes = await writeFileSafely(path, counted(), options).catch(explainFull)
    return {
      sizeBytes,
      crc32: crc,
      open: async () => (await toByteSource(path, sizeBytes)).open(),
      remove: () => rm(path, { force: true }),
    }
  }

  /** Removes the parts of an upload. */
  async remove(upload: string): Promise<void> {
    if (this.#directory === undefined) return
    await rm(join(await this.#directory, upload), { recursive: true, force: true })
  }

  /** Removes everything. */
  async close(): Promise<void> {
    if (this.#directory !== undefined) await rm(await this.#directory, { recursive: true, force: true })
  }

  async #directoryOf(upload: string): Promise<string> {
    this.#directory ??= mkdtemp(join(this.#temporaryDirectory, 'stowage-s3-')).catch((error: unknown) => {
      this.#directory = undefined
      throw error
    })
    const path = join(await this.#directory, upload)
    await mkdir(path, { recursive: true, mode: 0o700 })
    return path
  }
}

function explainFull(error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOSPC' || error.code === 'EDQUOT' ? new S3Error('InsufficientStorage', {}, error) : error
}
