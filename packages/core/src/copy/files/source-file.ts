import { Checksums } from '../../bytes/checksum.ts'
import { readAll } from '../../bytes/memory-sink.ts'
import type { ByteRange, ChecksumAlgorithm, FileInfo } from '../../contract/file.ts'
import type { CallContext } from '../../driver/call.ts'
import type { ByteSource } from '../../driver/file-driver.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { openFile, type OpenFile } from '../../portable/resumable-body.ts'
import { verifyChecksums } from '../../portable/verification.ts'
import { atSide, fileAt, placeOf, type Side } from './file-set.ts'

/** Up to this size a file is read whole before it is written, so that the write can be repeated. */
export const smallBytes: number = 1024 * 1024

/** A file that is being read to be copied. */
export interface SourceFile {
  /** The file, as the reading found it. */
  readonly file: FileInfo
  /** Its bytes. They fail with `conflict` when the file is another one at their end than at their beginning. */
  readonly source: ByteSource
  /** The SHA-256 of what was read; undefined where it wasn't asked for, or not all was read from the beginning on. */
  readonly sha256: () => string | undefined
  /** Lets go of what was never read. */
  readonly release: () => Promise<void>
}

/**
 * Begins to read a file.
 *
 * @param listed - the file by its listing; another version fails with `conflict`
 * @param wantsSha256 - whether the SHA-256 of what is read is computed
 */
export async function openSource(
  side: Side,
  rest: string,
  listed: FileInfo,
  wantsSha256: boolean,
  call: CallContext,
): Promise<SourceFile> {
  const reader = new SourceReader(side, rest, listed, wantsSha256, call)
  const first = await reader.open()
  if (first.content.sizeBytes > smallBytes) return streamed(reader, first)
  return atSide(side, placeOf(side, 'files.read', rest), call.signal, () => inMemory(reader, first))
}

async function inMemory(reader: SourceReader, { content: { file }, body }: OpenFile): Promise<SourceFile> {
  const bytes = await readAll(body, file.sizeBytes)
  const checksums = new Checksums([...reader.algorithms, ...(Object.keys(file.checksums) as ChecksumAlgorithm[])])
  checksums.update(bytes)
  const digests = checksums.digest()
  verifyChecksums(file, digests)
  // oxlint-disable-next-line typescript/require-await -- a source is an asynchronous iterable
  async function* open(range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes.subarray(range?.start ?? 0, range?.end)
  }
  return {
    file,
    source: { sizeBytes: bytes.byteLength, isReopenable: true, bytes, open },
    sha256: () => digests.sha256,
    release: () => Promise.resolve(),
  }
}

function streamed(reader: SourceReader, first: OpenFile): SourceFile {
  let unread: OpenFile | undefined = first
  const { file } = first.content
  async function* open(range?: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
    const opened = range === undefined ? unread : undefined
    if (opened !== undefined) unread = undefined
    yield* reader.read(opened, file, range)
  }
  return {
    file,
    source: { sizeBytes: file.sizeBytes, isReopenable: reader.isReopenable(file), bytes: undefined, open },
    sha256: () => reader.sha256,
    release: async () => {
      await unread?.content.body[Symbol.asyncIterator]().return?.()
    },
  }
}

class SourceReader {
  readonly #side: Side
  readonly #rest: string
  readonly #listed: FileInfo
  readonly #call: CallContext
  readonly algorithms: readonly ChecksumAlgorithm[]
  sha256: string | undefined

  constructor(side: Side, rest: string, listed: FileInfo, wantsSha256: boolean, call: CallContext) {
    this.#side = side
    this.#rest = rest
    this.#listed = listed
    this.#call = call
    this.algorithms = wantsSha256 ? ['sha256'] : []
  }

  /** A file without etag can't be opened again as the same version, and a digest needs all bytes in one go. */
  isReopenable(file: FileInfo): boolean {
    const { operations } = this.#side.session.driver.capabilities
    return operations['files.range']?.kind === 'native' && file.etag !== undefined && this.algorithms.length === 0
  }

  async open(range?: ByteRange, ifEtag: string | undefined = this.#listed.etag): Promise<OpenFile> {
    return this.#at('files.read', async () => {
      const request = fileAt(this.#side, this.#rest)
      const place = placeOf(this.#side, 'files.read', this.#rest)
      const opened = await openFile(this.#side.session, request, { range, ifEtag }, place, this.#call)
      if (isSameFile(this.#listed, opened.content.file)) return opened
      await opened.content.body[Symbol.asyncIterator]().return?.()
      throw changed(this.#listed)
    })
  }

  /** Reads on from what was opened, or opens it again as the same version. */
  async *read(
    opened: OpenFile | undefined,
    file: FileInfo,
    range: ByteRange | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const { body } = opened ?? (await this.open(range, file.etag))
      if (range !== undefined) return yield* body
      const checksums = new Checksums(this.algorithms)
      for await (const chunk of body) {
        checksums.update(chunk)
        yield chunk
      }
      await this.#checkUnchanged(file)
      this.sha256 = checksums.digest().sha256
    } catch (error) {
      throw this.#side.session.explain(error, placeOf(this.#side, 'files.read', this.#rest), this.#call.signal)
    }
  }

  // What was read is one version, but it may not be the one that is there: a long reading is looked at again.
  async #checkUnchanged(file: FileInfo): Promise<void> {
    const request = fileAt(this.#side, this.#rest)
    const now = await this.#at('files.stat', () => this.#side.session.files.stat(request, this.#call))
    if (!isSameFile(file, now)) throw changed(file)
  }

  async #at<Result>(operation: string, work: () => Promise<Result>): Promise<Result> {
    return atSide(this.#side, placeOf(this.#side, operation, this.#rest), this.#call.signal, work)
  }
}

/** Tells whether two looks at a file saw the same version: by its etag, or without one by length and time to the second. */
export function isSameFile(before: FileInfo, after: FileInfo): boolean {
  if (before.sizeBytes !== after.sizeBytes) return false
  if (before.etag !== undefined && after.etag !== undefined) return before.etag === after.etag
  const [earlier, later] = [before.modifiedAt, after.modifiedAt]
  // Headers have seconds where listings have milliseconds.
  return earlier === undefined || later === undefined || seconds(earlier) === seconds(later)
}

function seconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}

function changed({ key }: FileInfo): StorageError {
  const message = `${key} changed while it was copied: nothing of it was written, copy it again`
  return new StorageError({ code: 'conflict', message, applied: 'no', details: { key } })
}
