import type { ByteRange } from '@stowage/core'
import { readAll, StorageError } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import { z } from 'zod'
import type { KeboolaFile } from './file-answers.ts'
import type { KeboolaFilesClient } from './files-client.ts'
import { rangeHeaders } from './object-names.ts'
import { type ObjectStore, openStore } from './object-store.ts'
import { openBytes } from './opened-bytes.ts'
import type { KeboolaParts } from './parts.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** How requests for a file are made. */
export interface FileReadOptions extends KeboolaCallOptions {
  /** Whether chunks may be lent. */
  readonly mayLend: boolean
}

const manifestShape = z.object({ entries: z.array(z.object({ url: z.string() })) })

/** Room for some hundred thousand slices. */
const maxManifestBytes = 64 * 1024 * 1024

/** Asks for the bytes of one file, with fresh URLs and credentials once those at hand have expired: they live for an hour, or for twelve. */
export class FileReads {
  readonly #files: KeboolaFilesClient
  readonly #parts: KeboolaParts
  readonly #options: FileReadOptions
  #file: KeboolaFile
  #store: ObjectStore | undefined

  constructor(files: KeboolaFilesClient, parts: KeboolaParts, file: KeboolaFile, options: FileReadOptions) {
    this.#files = files
    this.#parts = parts
    this.#file = file
    this.#options = options
  }

  /** The file, as it was seen last. */
  get file(): KeboolaFile {
    return this.#file
  }

  /** Asks for the file, or the manifest of a sliced one, at its signed URL. */
  async askForFile(range: ByteRange | undefined): Promise<ByteResponse> {
    // A copy of a file has lost its URL.
    if (this.#file.url === undefined) await this.#refresh()
    return this.#again(() => this.#ask(range), isRefused)
  }

  /** Asks for a slice: those have no signed URL. */
  async askForSlice(url: string, range: ByteRange | undefined): Promise<ByteResponse> {
    if (this.#file.readAccess === undefined) await this.#refresh()
    const { signal, receipt, mayLend } = this.#options
    const ask = async (): Promise<ByteResponse> => {
      const store = this.#openStore()
      return store.get(store.entryKey(url), { range, mayLend, signal, receipt })
    }
    // Azure and S3 call an expired credential a bad request as well.
    return this.#again(ask, (status) => isRefused(status) || status === 400)
  }

  /** Reads the manifest. One without entries is an empty table's. */
  async sliceUrls(): Promise<readonly string[]> {
    const { body } = await openBytes(
      (range) => this.askForFile(range),
      undefined,
      `the manifest of file ${this.#file.id}`,
    )
    const text = new TextDecoder().decode(await readAll(body, undefined, maxManifestBytes))
    const { success, data } = manifestShape.safeParse(parse(text))
    if (success) return data.entries.map(({ url }) => url)
    const message = `file ${this.#file.id} says it is sliced, but has no manifest: export or upload it again`
    throw new StorageError({ code: 'corrupt-data', message })
  }

  #ask(range: ByteRange | undefined): Promise<ByteResponse> {
    const { signal, receipt, mayLend } = this.#options
    const { url, id } = this.#file
    if (url === undefined) {
      const message = `the service gave no URL to read file ${id} from: it may not have been uploaded`
      throw new StorageError({ code: 'unavailable', message, retryable: false })
    }
    const headers = rangeHeaders(range)
    return this.#parts.wire.toFileHost({ method: 'GET', url, headers, mayLend, signal, receipt })
  }

  async #again(ask: () => Promise<ByteResponse>, isExpired: (status: number) => boolean): Promise<ByteResponse> {
    const response = await ask()
    if (!isExpired(response.status)) return response
    await response.discard()
    await this.#refresh()
    return ask()
  }

  async #refresh(): Promise<void> {
    const { signal, receipt } = this.#options
    this.#file = await this.#files.get(this.#file.id, { withAccess: true }, { signal, receipt })
    this.#store = undefined
  }

  #openStore(): ObjectStore {
    const { readAccess, id } = this.#file
    if (readAccess !== undefined) return (this.#store ??= openStore(this.#parts.wire, readAccess))
    const message = `the service gave no credentials to read the slices of file ${id} with: ask its support`
    throw new StorageError({ code: 'unavailable', message, retryable: false })
  }
}

function isRefused(status: number): boolean {
  return status === 401 || status === 403
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
