import {
  type ByteSource,
  type CallContext,
  type Logger,
  ReceiptRecorder,
  StorageError,
  type WriteCondition,
} from '@stowage/core/driver'
import { statusOf } from './errors.ts'
import { both } from './in-parallel.ts'
import { type ObjectLookup, type ObjectPlace, partKey } from './parts.ts'
import type { ObjectPutter, StoredObject } from './put-object.ts'
import type { ObjectReader } from './read-object.ts'
import type { ObjectRemover } from './remove-objects.ts'
import { sendParts } from './send-parts.ts'
import type { StaleParts } from './stale-parts.ts'
import { bodyOfBytes, bodyOfSource, type UploadBody, type Verify, wantsMd5 } from './upload-body.ts'

/** A file to be written. */
export interface WriteRequest {
  /** The key in the bucket. */
  readonly key: string
  /** The bytes, of known length. */
  readonly source: ByteSource & { readonly sizeBytes: number }
  /** The media type; only with credentials for S3 itself, for the data API signs none. */
  readonly contentType: string | undefined
  /** What must hold. */
  readonly condition: WriteCondition
  /** Told which part is being sent. */
  readonly onPart: (part: number, parts: number) => void
}

/** How files are written. */
export interface WriterOptions {
  /** The size of a full part. */
  readonly partBytes: number
  /** Whose the files are, for their metadata. */
  readonly ownerId: number
  /** What is compared after a write. */
  readonly verify: Verify
  /** Told of objects that could not be removed. */
  readonly logger: Logger
}

/** What writing a file takes. */
export interface WriterParts {
  /** Writes objects. */
  readonly putter: ObjectPutter
  /** Looks at objects. */
  readonly lookup: ObjectLookup
  /** Looks at files. */
  readonly reader: ObjectReader
  /** Removes stale objects. */
  readonly remover: ObjectRemover
  /** Knows of stale parts. */
  readonly stale: StaleParts
}

const cleanUpMs = 30_000

/** Writes files: as one object, or in parts of the official layout. The other form is removed afterwards (contract section 14, trap 2). */
export class ObjectWriter {
  readonly #options: WriterOptions
  readonly #putter: ObjectPutter
  readonly #lookup: ObjectLookup
  readonly #reader: ObjectReader
  readonly #remover: ObjectRemover
  readonly #stale: StaleParts

  /**
   * @param parts - what does the work
   * @param options - how
   */
  constructor({ putter, lookup, reader, remover, stale }: WriterParts, options: WriterOptions) {
    this.#options = options
    this.#putter = putter
    this.#lookup = lookup
    this.#reader = reader
    this.#remover = remover
    this.#stale = stale
  }

  /** Writes a file and gives what is stored. */
  async write(place: ObjectPlace, request: WriteRequest, call: CallContext): Promise<StoredObject> {
    const { sizeBytes } = request.source
    const count = Math.max(1, Math.ceil(sizeBytes / this.#options.partBytes))
    try {
      return count === 1
        ? await this.#writeWhole(place, request, call)
        : await this.#writeParts(place, request, count, call)
    } catch (error) {
      throw refusedCondition(request, error)
    }
  }

  async #writeWhole(place: ObjectPlace, request: WriteRequest, call: CallContext): Promise<StoredObject> {
    const { key, source, condition, onPart } = request
    const staleParts = await this.#partsBefore(place, request, call)
    const isMd5 = wantsMd5(this.#options.verify, source.sizeBytes)
    onPart(1, 1)
    const content =
      source.bytes === undefined ? bodyOfSource(source, source.sizeBytes, isMd5) : bodyOfBytes(source.bytes, isMd5)
    const put = { key, content, headers: this.#headers(request, 1, true), isCreate: condition.kind === 'create' }
    const [stored, count] = await both(this.#putter.put(place, put, call), staleParts())
    await this.#removeStale(place, key, 0, count, call)
    return stored
  }

  /**
   * Looks for parts that the write would leave behind: beside a write without condition, before one with.
   *
   * What can't be looked at can't be removed either, and spoils nothing: the plain key is what readers find.
   */
  async #partsBefore(
    place: ObjectPlace,
    { key, condition }: WriteRequest,
    call: CallContext,
  ): Promise<() => Promise<number>> {
    if (condition.kind === 'replace') return () => this.#stale.count(place, key, call).catch(() => 0)
    const count = await this.#lookup.countParts(place, key, call)
    if (count > 0) await this.#checkCondition(place, key, condition, call)
    return () => Promise.resolve(count)
  }

  async #writeParts(
    place: ObjectPlace,
    request: WriteRequest,
    count: number,
    call: CallContext,
  ): Promise<StoredObject> {
    const { key, condition } = request
    if (condition.kind !== 'replace') await this.#checkCondition(place, key, condition, call)
    const [before, plain] = await both(this.#lookup.countParts(place, key, call), this.#lookup.head(place, key, call))
    this.#stale.forget(place, key)
    const stored = await this.#sendParts(place, request, count, before === 0, call)
    // From here on the new version is whole: whatever fails now, it stays.
    await this.#removeStale(place, key, count, before, call)
    if (plain !== undefined) await this.#removePlain(place, key, call)
    return stored
  }

  async #sendParts(
    place: ObjectPlace,
    request: WriteRequest,
    count: number,
    isNew: boolean,
    call: CallContext,
  ): Promise<StoredObject> {
    const { key, source, condition, onPart } = request
    const { partBytes, verify } = this.#options
    const written: string[] = []
    const put = (index: number, content: UploadBody): Promise<StoredObject> => {
      const one = { key: partKey(key, index), content, headers: this.#headers(request, count, index === 0) }
      written.push(one.key)
      return this.#putter.put(place, { ...one, isCreate: condition.kind === 'create' }, call)
    }
    try {
      return await sendParts({ source, partBytes, verify, count, put, onPart, signal: call.signal })
    } catch (error) {
      // Of an older version some parts are overwritten by now: nothing is won by removing more of it.
      if (isNew) await this.#giveUp(place, written)
      throw error
    }
  }

  #headers(
    { contentType, condition }: WriteRequest,
    parts: number,
    isGuarded: boolean,
  ): Readonly<Record<string, string>> {
    return {
      'x-amz-meta-number-of-parts': String(parts),
      'x-amz-meta-owner-id': String(this.#options.ownerId),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(isGuarded && condition.kind === 'create' ? { 'if-none-match': '*' } : {}),
      // Without quotes, as AWS's own examples have it: Ceph takes a quoted one of a write for another version.
      ...(isGuarded && parts === 1 && condition.kind === 'etag' ? { 'if-match': condition.etag } : {}),
    }
  }

  /** For files in parts there is no condition S3 could check: it is looked at before. */
  async #checkCondition(place: ObjectPlace, key: string, condition: WriteCondition, call: CallContext): Promise<void> {
    const file = await this.#reader.stat(place, key, call)
    if (condition.kind === 'create' && file !== undefined) throw alreadyThere(key)
    if (condition.kind === 'etag' && file?.etag !== condition.etag) throw otherVersion(key)
  }

  async #removeStale(place: ObjectPlace, key: string, from: number, to: number, call: CallContext): Promise<void> {
    if (from >= to) return
    const keys = Array.from({ length: to - from }, (_, index) => partKey(key, to - 1 - index))
    const left = await this.#remover.removeAll(place, keys, call)
    if (left.length === 0) return
    this.#options.logger.warn(`${left.length} objects of an older version of ${key} could not be removed`, {
      keys: left,
    })
  }

  /** The plain key is read before parts: as long as it is there, nobody sees what was written. */
  async #removePlain(place: ObjectPlace, key: string, call: CallContext): Promise<void> {
    const left = await this.#remover.removeAll(place, [key], call)
    if (left.length === 0) return
    const message = `${key} is written in parts, but the old object of that name can't be deleted and is still what readers get: delete it`
    throw new StorageError({ code: 'permission-denied', message, applied: 'partly', retryable: false })
  }

  async #giveUp(place: ObjectPlace, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    // The call's own signal may be what ended it.
    const call = { signal: AbortSignal.timeout(cleanUpMs), receipt: new ReceiptRecorder() }
    const left = await this.#remover.removeAll(place, keys, call)
    if (left.length > 0)
      this.#options.logger.warn(`an upload failed, and ${left.length} of its objects stay`, { keys: left })
  }
}

/** 412 and 404 of a guarded write are what the condition says. */
function refusedCondition({ key, condition }: WriteRequest, error: unknown): unknown {
  const status = StorageError.is(error) ? error.status : statusOf(error)
  if (condition.kind === 'create' && status === 412) return alreadyThere(key, error)
  if (condition.kind === 'etag' && (status === 412 || (status === 404 && !isMissingBucket(error)))) {
    return otherVersion(key, error)
  }
  return error
}

function isMissingBucket(error: unknown): boolean {
  return StorageError.is(error) && error.nativeCode === 'NoSuchBucket'
}

function alreadyThere(key: string, cause?: unknown): StorageError {
  const message = `${key} is there already: allow overwriting, or choose another key`
  return new StorageError({ code: 'already-exists', message, applied: 'no' }, {}, cause)
}

function otherVersion(key: string, cause?: unknown): StorageError {
  const message = `${key} is another version now, or gone: read it again`
  return new StorageError({ code: 'conflict', message, applied: 'no' }, {}, cause)
}
