import { randomBytes } from 'node:crypto'
import { type FileHandle, link, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { invalidArgument, StorageError } from '../errors/storage-error.ts'
import { abortable } from './abortable.ts'
import { FileWriter } from './file-writer.ts'

/** How a file is written. */
export interface WriteFileOptions {
  /** Whether a file that is there is replaced; otherwise `already-exists`, also when it appears while bytes arrive. */
  readonly overwrite: boolean
  /** Whether bytes and name are forced to disk before the call is done. */
  readonly fsync: boolean
  /** Ends the writing. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a file aside and gives it its name once it is whole.
 *
 * Until then, and after any failure or abort, what was there stays as it was and nothing else is left behind; only a killed
 * process leaves a file named `.stowage-*.part`. A link is followed, and a replaced file's permissions are kept.
 *
 * @param path - a regular file, or nothing yet, in a directory that exists
 * @param chunks - ended early on failure; a chunk must not be changed after it was given
 * @returns the number of bytes written
 * @throws {@link StorageError} `already-exists`; `not-found` without the directory; `invalid-argument` for a directory or
 * device as the target
 */
export async function writeFileSafely(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { overwrite, fsync, signal }: WriteFileOptions,
): Promise<number> {
  signal?.throwIfAborted()
  const target = await resolveTarget(path, overwrite)
  const aside = join(dirname(target.path), `.stowage-${randomBytes(8).toString('hex')}.part`)
  const handle = await openAside(aside, path)
  try {
    const sizeBytes = await writeChunks(handle, abortable(chunks, signal))
    if (target.mode !== undefined) await handle.chmod(target.mode)
    if (fsync) await handle.sync()
    await handle.close()
    signal?.throwIfAborted()
    await publish(aside, target.path, overwrite)
    if (fsync) await syncDirectory(dirname(target.path))
    return sizeBytes
  } finally {
    await handle.close().catch(() => {})
    // After a rename there is nothing left to remove.
    await rm(aside, { force: true })
  }
}

interface Target {
  readonly path: string
  readonly mode: number | undefined
}

async function resolveTarget(path: string, overwrite: boolean): Promise<Target> {
  const stats = await stat(path).catch(ignoreMissing)
  if (stats === undefined) return { path, mode: undefined }
  // Renaming over a device such as /dev/null would remove it.
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a directory: add a file name' : 'no regular file: choose another path'
    throw invalidArgument(`${path} is ${kind}`, { path })
  }
  if (!overwrite) throw alreadyExists(path)
  return { path: await realpath(path), mode: stats.mode & 0o7777 }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function openAside(aside: string, path: string): Promise<FileHandle> {
  return open(aside, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    const message = `${path} can't be written, there is no directory ${dirname(path)}: create it first`
    throw new StorageError({ code: 'not-found', message, details: { path } }, {}, error)
  })
}

async function writeChunks(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const writer = new FileWriter(handle)
  for await (const chunk of chunks) await writer.write(chunk)
  await writer.end()
  return writer.sizeBytes
}

async function publish(aside: string, path: string, overwrite: boolean): Promise<void> {
  if (overwrite) return rename(aside, path)
  try {
    // Of two that link the same name only one succeeds, where both could rename.
    await link(aside, path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw alreadyExists(path, error)
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error
    await publishWithoutLinks(aside, path)
  }
}

/** For file systems without hard links (exFAT, some network shares): an empty file claims the name first. */
async function publishWithoutLinks(aside: string, path: string): Promise<void> {
  const claim = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? alreadyExists(path, error) : error
  })
  await claim.close()
  await rename(aside, path)
}

/** Forces the names in a directory to disk, where the system can. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows can't open a directory, and makes names durable by itself.
  const handle = await open(path, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

function alreadyExists(path: string, cause?: unknown): StorageError {
  const message = `${basename(path)} is there already: choose another path or allow overwriting`
  return new StorageError({ code: 'already-exists', message, details: { path } }, {}, cause)
}
