import fs from 'node:fs'
import type { Engine } from '../engine/engine.ts'
import { parentsOf, errorCode, type FilePlace } from '../engine/files/file-tree.ts'
import type { FileRow } from '../engine/files/file-row.ts'
import type { AbortGuard } from './abort-guard.ts'
import { smallBytes, type BlobStore, type OpenBlob, type StagedContent } from './blob-store.ts'
import { fileSystemError } from '../file-errors.ts'
import { Descriptor } from './descriptor.ts'
import { OpenFile } from './open-file.ts'
import { StagedFile } from './staged-file.ts'
import { takeChunks } from './take-chunks.ts'

// Not to be held up by a pipe that somebody put in a file's place, and not to be led away by a link. Windows has neither.
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

/** Contents as plain files in a directory. */
export class DirectoryBlobs implements BlobStore {
  readonly place: FilePlace
  readonly #engine: Engine
  readonly #closers = new Set<() => void>()
  readonly #removals = new Set<Promise<void>>()
  #owner: Promise<string> | undefined
  #named = 0

  /**
   * @param engine - knows the name that this opener's files in staging begin with
   * @param directory - the directory of the backend
   * @param isDurable - whether writes must outlast a power failure
   */
  constructor(engine: Engine, directory: string, isDurable: boolean) {
    this.#engine = engine
    const root = fs.realpathSync(directory)
    this.place = { buckets: `${root}/buckets`, staging: `${root}/tmp`, isDurable }
    makeOwnDirectory(this.place.buckets)
    makeOwnDirectory(this.place.staging)
  }

  stageBytes(bytes: Uint8Array): StagedContent | Promise<StagedContent> {
    const sizeBytes = bytes.byteLength
    // On its way to an engine in another thread a view takes all of its buffer along.
    const isView = bytes.buffer.byteLength > 2 * smallBytes
    if (!this.place.isDurable) return { content: { bytes: isView ? Uint8Array.from(bytes) : bytes }, sizeBytes }
    return this.#stage(async (file) => {
      await file.add(bytes)
    })
  }

  stageStream(chunks: AsyncIterable<Uint8Array>, guard: AbortGuard): Promise<StagedContent> {
    return this.#stage((file) => takeChunks(chunks, guard, (chunk) => file.add(chunk)))
  }

  async stageCopy(row: FileRow, blob: OpenBlob, guard: AbortGuard): Promise<StagedContent> {
    if (row.sizeBytes <= smallBytes) return this.stageStream(blob.chunks(0, row.sizeBytes, guard.signal, true), guard)
    blob.close()
    const name = await this.#newName()
    const copying = this.#copy(row, name)
    try {
      return await guard.wait(copying)
    } catch (error) {
      // The system's copy can't be stopped: what it makes is removed when it ends.
      const remove = (): Promise<void> => fs.promises.rm(this.#staged(name), { force: true })
      this.#later(copying.then(remove, remove))
      throw error
    }
  }

  discard({ content }: StagedContent): void {
    if ('staged' in content) fs.rmSync(this.#staged(content.staged), { force: true })
  }

  open(row: FileRow): OpenBlob | undefined {
    if (!this.#isInside(row.path)) return undefined
    let number: number
    try {
      number = fs.openSync(this.#path(row.path), readFlags)
    } catch (error) {
      // ELOOP: a link in its place, which counts as nothing there.
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK'].includes(errorCode(error))) return undefined
      throw fileSystemError(error)
    }
    const stats = fs.fstatSync(number)
    if (!stats.isFile()) {
      fs.closeSync(number)
      return undefined
    }
    return new OpenFile(new Descriptor(number, this.#closers), stats.size, stats.mtimeMs)
  }

  remove(names: readonly string[]): void {
    for (const name of names) this.#later(fs.promises.rm(this.#staged(name), { force: true }))
  }

  async close(): Promise<void> {
    for (const close of this.#closers) close()
    await Promise.all(this.#removals)
  }

  async #stage(fill: (file: StagedFile) => Promise<void>): Promise<StagedContent> {
    const file = new StagedFile(this.place.staging, await this.#newName(), this.place.isDurable)
    try {
      if (!isDirectory(this.place.staging)) makeOwnDirectory(this.place.staging)
      await fill(file)
      return await file.finish()
    } catch (error) {
      await file.abandon()
      throw error
    }
  }

  async #copy({ path, sizeBytes }: FileRow, name: string): Promise<StagedContent> {
    const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants
    await fs.promises.copyFile(this.#path(path), this.#staged(name), COPYFILE_EXCL | COPYFILE_FICLONE)
    if (this.place.isDurable) await syncFile(this.#staged(name))
    return { content: { staged: name, sizeBytes }, sizeBytes }
  }

  #isInside(path: string): boolean {
    return parentsOf(path).every((parent) => isDirectory(this.#path(parent)))
  }

  #later(work: Promise<void>): void {
    const ending = work.catch(() => undefined).finally(() => this.#removals.delete(ending))
    this.#removals.add(ending)
  }

  async #newName(): Promise<string> {
    // Asked for when it is needed: it takes a lock, which says that this process lives.
    this.#owner ??= this.#engine.call('fileOwner', {})
    this.#named += 1
    const number = this.#named
    try {
      return `${await this.#owner}-${number}`
    } catch (error) {
      this.#owner = undefined
      throw error
    }
  }

  #staged(name: string): string {
    return `${this.place.staging}/${name}`
  }

  #path(path: string): string {
    return path === '' ? this.place.buckets : `${this.place.buckets}/${path}`
  }
}

function isDirectory(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Makes a directory of the backend itself; a link in its place would lead everything elsewhere and is refused. */
function makeOwnDirectory(path: string): void {
  if (isDirectory(path)) return
  try {
    fs.mkdirSync(path)
  } catch (error) {
    // Another process may have made it just now.
    if (!isDirectory(path)) throw fileSystemError(error)
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await fs.promises.open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
