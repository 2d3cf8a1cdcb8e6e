import fs from 'node:fs'
import { returnChunk } from '@stowage/core/driver'
import { fileSystemError } from '../file-errors.ts'
import { chunkBytes, smallBytes, type StagedContent } from './blob-store.ts'

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants

/**
 * A file being written aside.
 *
 * Chunks are gathered to 1 MiB, and written while the next ones arrive. What stays small is never written here at all: the
 * index puts it where it belongs.
 */
export class StagedFile {
  readonly #directory: string
  readonly #name: string
  readonly #isDurable: boolean
  #descriptor: number | undefined
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #sizeBytes = 0
  #writing: Promise<void> | undefined

  /**
   * @param directory - the staging directory
   * @param name - a name there that nobody else uses
   * @param isDurable - whether the file must outlast a power failure once `finish` is done
   */
  constructor(directory: string, name: string, isDurable: boolean) {
    this.#directory = directory
    this.#name = name
    this.#isDurable = isDurable
  }

  /** Takes a chunk, which must not be changed any more; gives a promise only when the caller has to wait. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    if (chunk.byteLength === 0) return undefined
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.byteLength
    this.#sizeBytes += chunk.byteLength
    return this.#gatheredBytes >= chunkBytes || this.#gathered.length >= 1000 ? this.#flush() : undefined
  }

  /** Ends the file. */
  async finish(): Promise<StagedContent> {
    const sizeBytes = this.#sizeBytes
    if (!this.#isDurable && this.#descriptor === undefined && sizeBytes <= smallBytes) {
      return { content: { bytes: Buffer.concat(this.#gathered) }, sizeBytes }
    }
    await this.#flush()
    await this.#writing
    const descriptor = this.#open()
    if (this.#isDurable) await synced(descriptor)
    this.#descriptor = undefined
    fs.closeSync(descriptor)
    return { content: { staged: this.#name, sizeBytes }, sizeBytes }
  }

  /** Gives up: nothing is left of it. */
  async abandon(): Promise<void> {
    await this.#writing?.catch(() => undefined)
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
    this.#descriptor = undefined
    fs.rmSync(this.#path, { force: true })
  }

  async #flush(): Promise<void> {
    await this.#writing
    const gathered = this.#gathered
    if (gathered.length === 0) return
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#writing = written(this.#open(), gathered)
    // It is awaited before the next one; until then its failure is nobody's.
    this.#writing.catch(() => undefined)
  }

  #open(): number {
    try {
      this.#descriptor ??= fs.openSync(this.#path, O_WRONLY | O_CREAT | O_EXCL)
      return this.#descriptor
    } catch (error) {
      throw fileSystemError(error)
    }
  }

  get #path(): string {
    return `${this.#directory}/${this.#name}`
  }
}

async function written(descriptor: number, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks
  while (rest.length > 0) rest = after(rest, await writeOnce(descriptor, rest))
  for (const chunk of chunks) returnChunk(chunk)
}

function writeOnce(descriptor: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(descriptor, chunks, (error, bytes) => (error === null ? resolve(bytes) : reject(fileSystemError(error))))
  })
}

function after(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  for (const [position, chunk] of chunks.entries()) {
    if (left < chunk.byteLength) return [chunk.subarray(left), ...chunks.slice(position + 1)]
    left -= chunk.byteLength
  }
  return []
}

function synced(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error === null ? resolve() : reject(fileSystemError(error))))
  })
}
