import type { Bucket, FileInfo } from '@stowage/core'
import { isFileId } from './channel-file-id.ts'
import { allValues } from './file-search.ts'
import { type ChannelFile, defaultSort, type FileOrder, readOrder } from './file-order.ts'
import { isExpired, readFacts } from './stored-file.ts'

const byUpload = readOrder(defaultSort)

/**
 * The files of a channel, in memory: what a storage lists is ordered by key, while a channel's files are ordered by upload,
 * searched and compared by their metadata, which would take a whole listing for each page and each upload.
 *
 * It is read from the storage when it is first needed. The bucket of a channel belongs to the gateway: what others change in it
 * shows after a restart.
 */
export class ChannelFiles {
  readonly #bucket: Bucket
  #files: Map<string, ChannelFile> | undefined
  #loading: Promise<Map<string, ChannelFile>> | undefined
  #byUpload: ChannelFile[] | undefined
  /** The values of each of those, for a search looks at all of them. */
  #values: string[] | undefined
  #hasLifetimes = false

  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  /**
   * Gives the files that are there at an instant, in an order.
   *
   * @param text - only those whose {@link allValues} contain it; all where it is empty
   */
  async inOrder(order: FileOrder | undefined, nowMs: number, text = ''): Promise<readonly ChannelFile[]> {
    const found = text === '' ? await this.#sorted() : await this.#search(text)
    const all = order === undefined ? found : found.toSorted(order)
    return this.#hasLifetimes ? all.filter((file) => !isExpired(file, nowMs)) : all
  }

  async #sorted(): Promise<readonly ChannelFile[]> {
    const files = await this.#load()
    this.#byUpload ??= [...files.values()].toSorted(byUpload)
    return this.#byUpload
  }

  async #search(text: string): Promise<readonly ChannelFile[]> {
    const files = await this.#sorted()
    const values = (this.#values ??= files.map(allValues))
    return files.filter((_, at) => values[at]?.includes(text) === true)
  }

  /** Finds a file that has this value under this name of metadata, exactly as it was sent. */
  async findSame(name: string, value: string, nowMs: number): Promise<ChannelFile | undefined> {
    for (const file of (await this.#load()).values()) {
      if (file.metadata[name] === value && !isExpired(file, nowMs)) return file
    }
    return undefined
  }

  /** Notes that a file is in the storage, or that what is set on it has changed. */
  async put(file: ChannelFile): Promise<void> {
    const files = await this.#current()
    if (files === undefined) return
    if (files.has(file.fileId)) this.#forgetOrder()
    else this.#insert(file)
    this.#set(files, file)
  }

  /** Notes that a file is gone. */
  async remove(fileId: string): Promise<void> {
    const files = await this.#current()
    if (files?.delete(fileId) === true) this.#forgetOrder()
  }

  // Uploads end nearly in the order they began.
  #insert(file: ChannelFile): void {
    const files = this.#byUpload
    if (files === undefined) return
    let at = files.length
    while (at > 0 && byUpload(files[at - 1] as ChannelFile, file) > 0) at -= 1
    files.splice(at, 0, file)
    this.#values?.splice(at, 0, allValues(file))
  }

  #forgetOrder(): void {
    this.#byUpload = undefined
    this.#values = undefined
  }

  // What is not read yet needs no note: it will be found in the storage.
  async #current(): Promise<Map<string, ChannelFile> | undefined> {
    return this.#files ?? this.#loading?.catch(() => undefined)
  }

  async #load(): Promise<Map<string, ChannelFile>> {
    if (this.#files !== undefined) return this.#files
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  async #read(): Promise<Map<string, ChannelFile>> {
    const files = new Map<string, ChannelFile>()
    for await (const entry of this.#bucket.files()) {
      if (entry.kind !== 'file' || !isFileId(entry.file.key)) continue
      this.#set(files, toChannelFile(await this.#complete(entry.file)))
    }
    this.#files = files
    return files
  }

  #set(files: Map<string, ChannelFile>, file: ChannelFile): void {
    files.set(file.fileId, file)
    this.#hasLifetimes ||= file.lifetime !== undefined
  }

  // Some storages list files without their metadata; those that were uploaded here always have some.
  async #complete(listed: FileInfo): Promise<FileInfo> {
    if (Object.keys(listed.metadata).length > 0) return listed
    return this.#bucket.file(listed.key).stat()
  }
}

/** Reads a file of a channel's bucket. */
export function toChannelFile(info: FileInfo): ChannelFile {
  return { ...readFacts(info), fileId: info.key }
}
