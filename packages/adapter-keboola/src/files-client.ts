import { invalidArgument } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import { nothing } from './answers.ts'
import {
  fileAnswer,
  filesAnswer,
  type KeboolaFile,
  type KeboolaPreparedFile,
  preparedFileAnswer,
} from './file-answers.ts'
import {
  type KeboolaContent,
  type KeboolaExportContent,
  type KeboolaReadOptions,
  readExport,
  readFile,
} from './file-download.ts'
import {
  type KeboolaSlice,
  type KeboolaUpload,
  type KeboolaUploadSource,
  uploadFile,
  uploadSlices,
} from './file-upload.ts'
import type { KeboolaJobHandle } from './jobs.ts'
import type { KeboolaParts } from './parts.ts'
import { withoutUndefined } from './row-filters.ts'
import type { KeboolaExportResult } from './table-results.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** What is told of a file when it is prepared. */
export interface KeboolaFileFacts {
  /** Its name: anything. An import takes it for compressed when it ends in `.gz`. */
  readonly name: string
  /** How many bytes it will have; only told, nothing checks it. */
  readonly sizeBytes?: number | undefined
  /** Its tags; repeated ones count once. */
  readonly tags?: readonly string[] | undefined
  /** Whether it is uploaded as slices and a manifest. Default false. */
  readonly isSliced?: boolean | undefined
  /** Whether it is stored encrypted. Default true. */
  readonly isEncrypted?: boolean | undefined
  /** Whether it is kept for ever; otherwise it goes after 15 days. Default false. */
  readonly isPermanent?: boolean | undefined
  /** Whether people of the project are told by mail. Default false. */
  readonly notify?: boolean | undefined
  /** Its media type. */
  readonly contentType?: string | undefined
}

/** Asks for files. */
export interface KeboolaFileQuery {
  /** The most files of a page. Default 100. */
  readonly limit?: number | undefined
  /** How many of the newest are left out. */
  readonly offset?: number | undefined
  /** Only files with any of these tags. For all of them, use `q`. */
  readonly tags?: readonly string[] | undefined
  /** A search in the words of Elasticsearch, for example `tags:"a" AND tags:"b"`. */
  readonly q?: string | undefined
  /** Only files of this run. */
  readonly runId?: string | undefined
  /** Only files made after the one with this id. */
  readonly sinceId?: string | undefined
  /** Only files made before the one with this id. */
  readonly maxId?: string | undefined
  /** Whether files that were deleted for their age are given as well. Default false. */
  readonly showExpired?: boolean | undefined
}

/** The file storage: files known by ids, with tags. */
export class KeboolaFilesClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Makes a file without content, and gives what its bytes are uploaded with (`POST files/prepare`). {@link upload} does both. */
  async prepare(facts: KeboolaFileFacts, call: KeboolaCallOptions = {}): Promise<KeboolaPreparedFile> {
    const { name, sizeBytes, tags, isSliced, isEncrypted = true, isPermanent, notify, contentType } = facts
    const flags = { isSliced, isEncrypted, isPermanent, notify }
    const json = withoutUndefined({ name, sizeBytes, tags, ...flags, contentType, federationToken: true })
    return this.#parts.call({ method: 'POST', path: ['files', 'prepare'], json }, preparedFileAnswer, call)
  }

  /** Gives fresh credentials for uploading to Google (`PUT files/{id}/refresh`), up to 12 hours after the file was prepared. */
  async refresh(fileId: string, call: KeboolaCallOptions = {}): Promise<KeboolaPreparedFile> {
    return this.#parts.call({ method: 'PUT', path: ['files', fileId, 'refresh'] }, preparedFileAnswer, call)
  }

  /**
   * Uploads a file: prepares it and sends its bytes straight to the provider, streaming, with known or unknown length. Bytes never go
   * through Keboola, the token never to the provider. After a failure the file is deleted again.
   */
  async upload(
    source: KeboolaUploadSource,
    upload: KeboolaUpload,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaFile> {
    return uploadFile(this, this.#parts, source, upload, call)
  }

  /** Uploads slices, one after the other, and their manifest. Slices have no header; import them with `columns`. */
  async uploadSliced(
    slices: Iterable<KeboolaSlice> | AsyncIterable<KeboolaSlice>,
    upload: Omit<KeboolaUpload, 'isForImport' | 'onPart'>,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaFile> {
    return uploadSlices(this, this.#parts, slices, upload, call)
  }

  /** Gives one page of files, newest first (`GET files`). A file made or deleted a second ago may not show yet. */
  async list(query: KeboolaFileQuery = {}, call: KeboolaCallOptions = {}): Promise<readonly KeboolaFile[]> {
    return this.#parts.call({ path: ['files'], query: { ...query } }, filesAnswer, call)
  }

  /** Iterates over files, newest first, page by page as they are read. */
  async *iterate(
    query: Omit<KeboolaFileQuery, 'offset'> = {},
    call: KeboolaCallOptions = {},
  ): AsyncGenerator<KeboolaFile, void, undefined> {
    const limit = query.limit ?? 100
    // By id and not by offset: files that come meanwhile would move the rest.
    for (let maxId = query.maxId; ;) {
      const files = await this.list({ ...query, limit, maxId }, call)
      yield* files
      const last = files.at(-1)?.id
      if (last === undefined || files.length < limit || last === maxId) return
      maxId = last
    }
  }

  /**
   * Gives a file (`GET files/{id}`); fails with `not-found` without it.
   *
   * @param withAccess - whether credentials for the provider come along, which slices are read with. Default false
   */
  async get(
    fileId: string,
    { withAccess = false }: { readonly withAccess?: boolean | undefined } = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaFile> {
    const query = withAccess ? { federationToken: true } : {}
    return this.#parts.call({ path: ['files', fileId], query }, fileAnswer, call)
  }

  /**
   * Begins to read a file: from its signed URL, a sliced one slice after slice. The URL is asked for anew where it has expired.
   *
   * @param file - the file, or its id
   */
  async read(
    file: KeboolaFile | string,
    options: KeboolaReadOptions = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaContent> {
    return readFile(this, this.#parts, file, options, call)
  }

  /** Begins to read what an export came to, decompressed. Of slices there is no header (`hasHeader`). */
  async readExport(
    result: KeboolaExportResult,
    options: Pick<KeboolaReadOptions, 'mayLend'> = {},
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaExportContent> {
    return readExport(this, this.#parts, result, options, call)
  }

  /** Asks the service itself for a file's bytes, without slices and up to 10 MB (`GET files/{id}/content`). */
  async content(fileId: string, call: KeboolaCallOptions = {}): Promise<ByteResponse> {
    const response = await this.#parts.bytes({ path: ['files', fileId, 'content'] }, call)
    if (response.status !== 200) throw await response.error()
    return response
  }

  /** Submits the deletion of a file (`DELETE files/{id}`). Its URL stops working as well. */
  async delete(fileId: string, call: KeboolaCallOptions = {}): Promise<KeboolaJobHandle<void>> {
    const request = { method: 'DELETE', path: ['files', fileId], query: { async: true } } as const
    return this.#parts.submit(request, { answer: nothing, mayBeDone: true }, call)
  }

  /** Adds a tag to a file (`POST files/{id}/tags`). */
  async addTag(fileId: string, tag: string, call: KeboolaCallOptions = {}): Promise<void> {
    if (tag === '') throw invalidArgument('a tag is empty: give a text')
    return this.#parts.call({ method: 'POST', path: ['files', fileId, 'tags'], json: { tag } }, nothing, call)
  }

  /** Takes a tag from a file (`DELETE files/{id}/tags/{tag}`). */
  async deleteTag(fileId: string, tag: string, call: KeboolaCallOptions = {}): Promise<void> {
    return this.#parts.call({ method: 'DELETE', path: ['files', fileId, 'tags', tag] }, nothing, call)
  }
}
