import fs from 'node:fs'
import { hashedPath, naturalPath, withSuffix, type NaturalPath } from '../../keys-path.ts'
import { Slot, slotSuffix } from './file-slot.ts'

/** Where content lies. */
export interface FilePlace {
  /** The directory with a directory for each bucket. */
  readonly buckets: string
  /** The directory for what is on its way in or out. */
  readonly staging: string
  /** Whether what is written must outlast a power failure once it is acknowledged. */
  readonly isDurable: boolean
}

/** Content to be placed: bytes, or a file in the staging directory by name. */
export type PlacedContent = { readonly bytes: Uint8Array } | { readonly staged: string; readonly sizeBytes: number }

/** Where content was placed. */
export interface Placed {
  readonly path: string
  readonly mtimeMs: number
}

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants
// Windows has no such flag.
const O_NOFOLLOW = fs.constants.O_NOFOLLOW ?? 0
const directoryTries = 20
// Freeing a large file takes the file system long enough to be felt: that happens on the thread pool, from staging.
const largeBytes = 16 * 1024 * 1024

/**
 * The tree of content files, as it is changed under the database's write lock.
 *
 * Everything that appears or disappears in the tree does so while the lock is held, by whichever process. So a path that
 * is free stays free until its row is committed, and a path that no row and no garbage names is nobody's.
 */
export class FileTree {
  readonly #place: FilePlace
  readonly #owner: string
  readonly #slot: Slot
  /** Directories seen in this transaction, and the ones something was put into or removed from. */
  readonly #directories = new Set<string>()
  readonly #filled = new Set<string>()
  readonly #thinned = new Set<string>()
  #trashed = 0

  /**
   * @param place - where it is
   * @param owner - what the names of this opener's files in staging begin with
   */
  constructor(place: FilePlace, owner: string) {
    this.#place = place
    this.#owner = owner
    this.#slot = new Slot(`${place.staging}/${owner}${slotSuffix}`)
  }

  /** Begins a transaction: what was known of the tree may have changed since the last one. */
  begin(): void {
    this.#slot.begin()
    this.#directories.clear()
    this.#filled.clear()
    this.#thinned.clear()
  }

  /**
   * Puts content at a path that was free: the key's natural one, or one with a suffix.
   *
   * @param unique - the suffix, never used before
   * @param isNaturalAllowed - false while the natural path may still be named by garbage
   */
  put(bucket: string, key: string, unique: string, content: PlacedContent, isNaturalAllowed: boolean): Placed {
    try {
      return this.#putNear(naturalPath(bucket, key), unique, content, isNaturalAllowed)
    } catch (error) {
      if (!isRefusedName(error)) throw error
      return this.#putNear(hashedPath(bucket, key), unique, content, false)
    }
  }

  /**
   * Removes what lies at a path. Does nothing when it is gone already.
   *
   * @returns the name in staging of a large file, for the caller to delete in its own time
   */
  remove(path: string, sizeBytes: number): string | undefined {
    const parents = parentsOf(path)
    // A link planted on the way would make this delete somebody else's file.
    if (!parents.every((parent) => this.#isDirectory(parent))) return undefined
    this.#thinned.add(parents.at(-1) ?? '')
    return this.#unlink(path, sizeBytes)
  }

  /** Removes the directories that this transaction has emptied. */
  prune(): void {
    for (const directory of this.#thinned) if (!this.#filled.has(directory)) this.#removeEmpty(directory)
    this.#thinned.clear()
  }

  /** Says what lies at a path, links on the way not followed. */
  look(path: string): fs.Stats | undefined {
    if (!parentsOf(path).every((parent) => this.#isDirectory(parent))) return undefined
    return fs.lstatSync(this.#absolute(path), { throwIfNoEntry: false })
  }

  /** Releases the slot file. */
  close(): void {
    this.#slot.close()
  }

  #putNear(
    { directories, name }: NaturalPath,
    unique: string,
    content: PlacedContent,
    isNaturalAllowed: boolean,
  ): Placed {
    const parent = this.#makeDirectories(directories)
    const names = [withSuffix(name, unique), withSuffix(name, `${unique}-2`)]
    if (isNaturalAllowed) names.unshift(name)
    for (const candidate of names) {
      const path = `${parent}/${candidate}`
      const mtimeMs = this.#putAt(path, content)
      if (mtimeMs === undefined) continue
      this.#filled.add(parent)
      if (this.#place.isDurable) syncDirectory(this.#absolute(parent))
      return { path, mtimeMs }
    }
    throw new Error(`No free name was found for ${parent}/${name}.`)
  }

  #putAt(path: string, content: PlacedContent): number | undefined {
    const absolute = this.#absolute(path)
    if ('bytes' in content) {
      this.#slot.note(path, content.bytes.length)
      return createFile(absolute, content.bytes, this.#place.isDurable)
    }
    if (fs.lstatSync(absolute, { throwIfNoEntry: false }) !== undefined) return undefined
    this.#slot.note(path, content.sizeBytes)
    fs.renameSync(`${this.#place.staging}/${content.staged}`, absolute)
    return fs.lstatSync(absolute).mtimeMs
  }

  /** Makes the directories that are missing; what is no directory, links included, is passed by under another name. */
  #makeDirectories(names: readonly string[]): string {
    // A link in its place isn't followed: creating it fails then.
    if (!this.#isDirectory('')) fs.mkdirSync(this.#place.buckets)
    let path = ''
    for (const name of names) path = this.#makeDirectory(path, name)
    return path
  }

  #makeDirectory(parent: string, name: string): string {
    for (let attempt = 0; attempt < directoryTries; attempt += 1) {
      const taken = attempt === 0 ? name : `${name}~d${attempt}`
      const path = parent === '' ? taken : `${parent}/${taken}`
      if (this.#isDirectory(path) || this.#createDirectory(path, parent)) return path
    }
    throw new Error(`No free name was found for the directory ${parent}/${name}.`)
  }

  #createDirectory(path: string, parent: string): boolean {
    try {
      fs.mkdirSync(this.#absolute(path))
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
    if (this.#place.isDurable) syncDirectory(this.#absolute(parent))
    this.#directories.add(path)
    return true
  }

  #isDirectory(path: string): boolean {
    if (this.#directories.has(path)) return true
    const isDirectory = fs.lstatSync(this.#absolute(path), { throwIfNoEntry: false })?.isDirectory() === true
    if (isDirectory) this.#directories.add(path)
    return isDirectory
  }

  #unlink(path: string, sizeBytes: number): string | undefined {
    try {
      if (sizeBytes < largeBytes) {
        fs.unlinkSync(this.#absolute(path))
        return undefined
      }
      this.#trashed += 1
      const trash = `${this.#owner}-trash-${this.#trashed}`
      fs.renameSync(this.#absolute(path), `${this.#place.staging}/${trash}`)
      return trash
    } catch (error) {
      // Gone already, or a directory that somebody put there: neither is ours to remove.
      if (['ENOENT', 'EISDIR', 'EPERM'].includes(errorCode(error))) return undefined
      throw error
    }
  }

  #removeEmpty(directory: string): void {
    for (let path = directory; path !== ''; path = parentsOf(path).at(-1) ?? '') {
      try {
        fs.rmdirSync(this.#absolute(path))
      } catch {
        return
      }
      this.#directories.delete(path)
    }
  }

  #absolute(path: string): string {
    return path === '' ? this.#place.buckets : `${this.#place.buckets}/${path}`
  }
}

/** Gives the code of a failed system call, or an empty text. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** Gives the directories a path goes through, outermost (the one of all buckets, an empty text) first. */
export function parentsOf(path: string): string[] {
  const parents = ['']
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) parents.push(path.slice(0, end))
  return parents
}

function createFile(file: string, bytes: Uint8Array, isDurable: boolean): number | undefined {
  let descriptor: number
  try {
    descriptor = fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined
    throw error
  }
  try {
    let written = 0
    while (written < bytes.length) written += fs.writeSync(descriptor, bytes, written)
    if (isDurable) fs.fsyncSync(descriptor)
    return fs.fstatSync(descriptor).mtimeMs
  } catch (error) {
    fs.rmSync(file, { force: true })
    throw error
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Makes the names in a directory outlast a power failure, where the system can. */
function syncDirectory(directory: string): void {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(directory, 'r')
    fs.fsyncSync(descriptor)
  } catch (error) {
    // Windows can't open directories, some file systems can't sync them.
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes(errorCode(error))) throw error
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

// Some file systems take fewer bytes or characters than the escaping reckons with.
function isRefusedName(error: unknown): boolean {
  return ['ENAMETOOLONG', 'EILSEQ', 'EINVAL'].includes(errorCode(error))
}
