import type { Bucket, File } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { IdSequence } from '../id-sequence.ts'
import { KeboolaError, notFound } from '../keboola-error.ts'
import type { KeboolaSettings } from '../options.ts'
import type { RecordsOf } from '../state-records.ts'
import {
  endOfLife,
  fileIdOf,
  type FileRecord,
  filesBucket,
  folderOf,
  keyOf,
  manifestKeyOf,
  sliceUrl,
  stagedFolder,
} from './file-record.ts'

/** What a file is created with. */
export type NewFile = Omit<FileRecord, 'id' | 'createdMs'>

/** What can be changed of one. */
export type FileChange = Partial<Pick<FileRecord, 'tags' | 'sizeBytes'>>

/** A piece of a file's bytes: the whole of a plain file, or a slice. */
export interface FilePart {
  /** The name that tells whether it is compressed. */
  readonly name: string
  /** Whether it has to be decompressed: its name ends in `.gz`. */
  readonly isGzip: boolean
  /** How many bytes it has, as it is stored. */
  readonly sizeBytes: number
  /** Gives its bytes, as they are stored. */
  stream(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>
}
import { badManifest, missingSlice, mostManifestBytes, readManifest } from './manifest.ts'

/** What a store has to know of the gateway. */
export type FileStoreSettings = Pick<KeboolaSettings, 'storage' | 'clock' | 'fileListDelayMs'>

const forgetAfterMs = 30 * 24 * 60 * 60 * 1000
const sweepEveryMs = 60 * 60 * 1000

/**
 * The file storage of a project: what is known of each file, and its bytes.
 *
 * The bytes are files of one bucket of the storage, under the keys that cloud clients upload to: those of file 7 are below
 * `exp-15-files-7/`. A sliced file is slices and a manifest that lists them, exactly as clients write it. What has lived long
 * enough isn't found any more; its bytes go with a file that is created later.
 */
export class FileStore {
  readonly #bucket: Bucket
  readonly #records: RecordsOf<FileRecord>
  readonly #ids: IdSequence
  readonly #settings: FileStoreSettings
  #deleted: { readonly record: FileRecord; readonly deletedMs: number }[] = []
  #sweptMs = 0

  private constructor(settings: FileStoreSettings, records: RecordsOf<FileRecord>, ids: IdSequence) {
    this.#settings = settings
    this.#bucket = settings.storage.bucket(filesBucket)
    this.#records = records
    this.#ids = ids
  }

  /** Opens the store of a storage. */
  static async open(settings: FileStoreSettings, records: RecordsOf<FileRecord>, ids: IdSequence): Promise<FileStore> {
    const store = new FileStore(settings, records, ids)
    try {
      await store.#bucket.create({ description: 'The bytes of the files of the Keboola gateway' })
    } catch (error) {
      if (!StorageError.is(error, 'already-exists')) throw error
    }
    return store
  }

  /** Creates a file whose bytes come later. */
  async create(wanted: NewFile): Promise<FileRecord> {
    await this.#sweep()
    const record = { ...wanted, id: await this.#ids.next(), createdMs: this.#now() }
    await this.#records.put(String(record.id), record)
    return record
  }

  /** Tells whether a file can be written that must not be there yet. */
  get createsOnly(): boolean {
    return this.#settings.storage.supports('files.createOnly')
  }

  /** Gives all files as lists show them, newest first, those that have lived long enough only on request. */
  list(isWithExpired: boolean): FileRecord[] {
    const now = this.#now()
    const seenMs = now - this.#settings.fileListDelayMs
    const deleted = this.#deleted.filter(({ deletedMs }) => deletedMs > seenMs).map(({ record }) => record)
    const records = [...this.#records.values(), ...deleted].filter(
      (one) => one.createdMs <= seenMs && one.isInternal !== true && (isWithExpired || endOfLife(one) > now),
    )
    return records.toSorted((one, other) => other.id - one.id)
  }

  /** Finds a file; undefined without it, or when it has lived long enough. */
  find(id: string | number): FileRecord | undefined {
    const record = this.#records.get(String(id))
    return record !== undefined && endOfLife(record) > this.#now() ? record : undefined
  }

  /** Gives a file; fails with `storage.files.notFound` without it. */
  get(id: string | number): FileRecord {
    const record = this.find(id)
    if (record === undefined) throw notFound('files', `File ${id} not found`)
    return record
  }

  /** Changes what is known of a file. */
  async update(id: number, change: FileChange): Promise<FileRecord> {
    const record = { ...this.get(id), ...change }
    await this.#records.put(String(id), record)
    return record
  }

  /** Deletes a file with its bytes. */
  async delete(id: string | number): Promise<void> {
    const record = this.get(id)
    await this.#records.delete(String(record.id))
    const seenMs = this.#now() - this.#settings.fileListDelayMs
    this.#deleted = this.#deleted.filter(({ deletedMs }) => deletedMs > seenMs)
    if (this.#settings.fileListDelayMs > 0) this.#deleted.push({ record, deletedMs: this.#now() })
    await this.#deleteBytes(folderOf(record))
  }

  #now(): number {
    return this.#settings.clock.now()
  }

  /** Gives a handle on the bytes under a key. */
  object(key: string): File {
    return this.#bucket.file(key)
  }

  /** Writes the bytes of a plain file, and notes how many they are. */
  async write(record: FileRecord, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<FileRecord> {
    const { file } = await this.object(keyOf(record)).upload(body, { signal })
    return this.update(record.id, { sizeBytes: file.sizeBytes })
  }

  /** Writes a slice of a sliced file and gives its size; {@link FileStore.finish} has to name it. */
  async writeSlice(
    record: FileRecord,
    name: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number> {
    const { file } = await this.object(keyOf(record) + name).upload(body, { signal })
    return file.sizeBytes
  }

  /** Writes the manifest of a sliced file: its slices in their order, by the names they were written under. */
  async finish(record: FileRecord, slices: readonly string[], sizeBytes: number): Promise<FileRecord> {
    const entries = slices.map((name) => ({ url: sliceUrl(record, keyOf(record) + name), mandatory: true }))
    await this.object(manifestKeyOf(record)).put(JSON.stringify({ entries }))
    return this.update(record.id, { sizeBytes })
  }

  /**
   * Opens the bytes of a file: one part for a plain file, the slices in their order for a sliced one, none for one without slices.
   *
   * @throws KeboolaError `storage.fileNotUploaded`, `storage.manifestFileMissing` or `storage.importFileMissing` when bytes are missing
   */
  async open(record: FileRecord, signal: AbortSignal): Promise<readonly FilePart[]> {
    if (record.isSliced) return this.#openSlices(record, signal)
    const missing = new KeboolaError(400, 'storage.fileNotUploaded', `File "${record.id}" is not uploaded.`)
    return [await this.#openPart(keyOf(record), record.name, missing, signal)]
  }

  async #openSlices(record: FileRecord, signal: AbortSignal): Promise<readonly FilePart[]> {
    const keys = readManifest(await this.#readManifest(record, signal), record)
    const parts: FilePart[] = []
    for (const key of keys) {
      const missing = missingSlice(key)
      if (!key.startsWith(`${folderOf(record)}/`)) throw missing
      parts.push(await this.#openPart(key, key, missing, signal))
    }
    return parts
  }

  async #openPart(key: string, name: string, missing: KeboolaError, signal: AbortSignal): Promise<FilePart> {
    const file = this.object(key)
    const info = await orMissing(file.stat({ signal }), missing)
    return {
      name,
      isGzip: name.toLowerCase().endsWith('.gz'),
      sizeBytes: info.sizeBytes,
      stream: (ofStream) =>
        file.stream({ signal: ofStream, ...(info.etag === undefined ? {} : { ifEtag: info.etag }) }),
    }
  }

  async #readManifest(record: FileRecord, signal: AbortSignal): Promise<string> {
    const file = this.object(manifestKeyOf(record))
    const missing = new KeboolaError(400, 'storage.manifestFileMissing', `Manifest of file "${record.id}" is missing.`)
    const { sizeBytes } = await orMissing(file.stat({ signal }), missing)
    if (sizeBytes > mostManifestBytes) throw badManifest(record)
    return file.text({ signal })
  }

  async #deleteBytes(ofFile: string): Promise<void> {
    const keys: string[] = []
    for (const folder of [ofFile, stagedFolder(ofFile)]) {
      for await (const entry of this.#bucket.files({ prefix: `${folder}/` })) {
        if (entry.kind === 'file') keys.push(entry.file.key)
      }
    }
    const outcomes = await this.#bucket.deleteFiles(keys)
    const failed = outcomes.find(({ outcome }) => outcome === 'failed')
    if (failed !== undefined) throw failed.error
  }

  /** Removes what has lived long enough, and bytes whose upload ended after their file was deleted. */
  async #sweep(): Promise<void> {
    const now = this.#now()
    if (now - this.#sweptMs < sweepEveryMs) return
    this.#sweptMs = now
    for (const prefix of ['', stagedFolder('')]) {
      for await (const entry of this.#bucket.files({ prefix, delimiter: '/' })) {
        const folder = entry.kind === 'prefix' ? entry.prefix.slice(prefix.length, -1) : ''
        const id = fileIdOf(folder)
        if (id !== undefined && this.find(id) === undefined) await this.#deleteBytes(folder)
      }
    }
    for (const record of this.#records.values()) {
      // Lists can still show it for a while.
      if (endOfLife(record) + forgetAfterMs <= now) await this.#records.delete(String(record.id))
    }
  }
}

async function orMissing<Result>(work: Promise<Result>, missing: KeboolaError): Promise<Result> {
  try {
    return await work
  } catch (error) {
    // A key that can't be one has no file either.
    throw StorageError.is(error, 'not-found') || StorageError.is(error, 'invalid-argument') ? missing : error
  }
}
