import type { DeleteOutcome, FileInfo, SignedUrl } from '@stowage/core'
import {
  type CallContext,
  type Clock,
  type DeleteFilesRequest,
  type FileContent,
  type FileRequest,
  inParallel,
  invalidArgument,
  type Logger,
  type ReadFileRequest,
  type SignUrlRequest,
  StorageError,
  toStorageError,
  type UpdateFileRequest,
  type WriteFileRequest,
} from '@stowage/core/driver'
import type { AbejaFile } from './answers.ts'
import { uploadToChannel } from './channel-upload.ts'
import { type ChannelVersions, keyOfFile } from './channel-versions.ts'
import type { AbejaClient } from './client.ts'
import { explainAbejaError, hasStatus, readAbejaError } from './errors.ts'
import { checkAppMetadata, notFound, toChannelFileInfo, unsupported } from './file-facts.ts'
import { endOfLifetime, lifetimeUntil } from './lifetime.ts'
import { isLost } from './lost-answer.ts'
import { formatMark, isMarkName, type Mark, markName, readMark, replacesName } from './mark.ts'
import type { AbejaMetadata } from './metadata.ts'
import { RecentIds } from './recent-ids.ts'
import { probeSize, readSigned } from './signed-read.ts'
import type { AbejaWire } from './wire.ts'

/** What the stores of both kinds work with. */
export interface StoreParts {
  /** The client. */
  readonly client: AbejaClient
  /** Sends requests to signed URLs. */
  readonly wire: AbejaWire
  /** The time. */
  readonly clock: Clock
  /** Where it is told what went wrong beside the point. */
  readonly logger: Logger
}

const maxReadAttempts = 5

/** Up to so many files to delete are searched for, more are found in the listing. */
const searchedKeys = 8
const maxParallelDeletes = 8

/** Files of channels by key: the key is the metadata `filename`, and the newest file of a name counts. */
export class ChannelStore {
  readonly #parts: StoreParts
  readonly #versions: ChannelVersions
  /** Attempts to create a file whose answers were lost: a 409 may be about one of them. */
  readonly #lost = new RecentIds()

  constructor(parts: StoreParts, versions: ChannelVersions) {
    this.#parts = parts
    this.#versions = versions
  }

  async stat(channelId: string, request: FileRequest, call: CallContext): Promise<FileInfo> {
    const file = await this.#newest(channelId, request, call)
    return this.#toInfo(channelId, request, file, call)
  }

  /** A version that is replaced between finding it and reading it is gone: the new one is looked for then. */
  async read(channelId: string, request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#readOnce(channelId, request, call)
      } catch (error) {
        if (!hasStatus(error, 404)) throw error
        if (request.ifEtag !== undefined) throw changed(request)
        if (attempt === maxReadAttempts) throw error
      }
    }
  }

  async #readOnce(channelId: string, request: ReadFileRequest, call: CallContext): Promise<FileContent> {
    const { range, ifEtag, mayLend = false } = request
    const file =
      ifEtag === undefined
        ? await this.#newest(channelId, request, call)
        : await this.#version(channelId, request, ifEtag, call)
    const content = await readSigned(this.#parts.wire, this.#parts.clock, {
      file,
      refresh: () => this.#refresh(channelId, file, call),
      range,
      mayLend,
      signal: call.signal,
      receipt: call.receipt,
    })
    const { sizeBytes, body, totalBytes } = content
    const { sizeBytes: marked } = readMark(file.metadata)
    if (marked !== undefined && marked !== totalBytes) {
      await body.return?.()
      const message = `${request.key} has ${totalBytes} bytes, but ${marked} were noted when it was written: it is damaged, or its metadata belongs to another file`
      throw new StorageError({ code: 'corrupt-data', message, details: { stored: totalBytes, noted: marked } })
    }
    return { file: toChannelFileInfo(request, file, totalBytes), sizeBytes, body }
  }

  /**
   * Uploads the new file first and deletes the old ones then: a reader always finds one. Only what was there before the upload is
   * deleted, so of two writers at the same moment neither loses what it wrote to the other.
   */
  async write(channelId: string, request: WriteFileRequest, call: CallContext): Promise<FileInfo> {
    const { key, attributes, condition, source } = request
    checkAppMetadata(attributes.metadata, 'filename')
    const lifetime =
      attributes.expiresAt === undefined ? undefined : lifetimeUntil(attributes.expiresAt, this.#parts.clock.now())
    const old = condition.kind === 'create' ? [] : await this.#versionsToReplace(channelId, request, call)
    let noted: { readonly attempt: string; readonly mark: Mark } | undefined
    const upload = {
      channelId,
      body: source.bytes ?? source,
      contentType: attributes.contentType,
      metadata: { ...attributes.metadata, filename: key, ...replaces(condition) },
      metadataCase: 'keep',
      lifetime,
      conflictTarget: conflictTarget(condition),
      crc32: request.crc32,
    } as const
    try {
      const { file, mark } = await uploadToChannel(
        this.#parts.client,
        upload,
        (one) => this.sizeOf(channelId, one, call),
        call,
        (attempt, mark) => {
          noted = { attempt, mark }
        },
      )
      this.#versions.noteWritten(channelId, key, file.fileId)
      await this.#remove(channelId, old, call)
      const metadata = { ...attributes.metadata, [markName]: formatMark(mark) }
      const written = { ...file, metadata, contentType: attributes.contentType, lifetime }
      // The service doesn't tell the instant of an upload straight away.
      const uploadedAt = file.uploadedAt ?? new Date(this.#parts.clock.now())
      const info = toChannelFileInfo(request, written, mark.sizeBytes ?? 0)
      return { ...info, expiresAt: endOfLifetime(lifetime, uploadedAt) }
    } catch (error) {
      if (hasStatus(error, 409))
        return this.#ownOrConflict(channelId, request, noted?.mark, readAbejaError(error).fileId, call)
      if (noted !== undefined && isLost(error)) this.#lost.set(noted.attempt, noted.attempt)
      throw error
    }
  }

  async delete(channelId: string, request: FileRequest, call: CallContext): Promise<void> {
    await this.#deleteVersions(channelId, request, await this.#versions.find(channelId, request.key, call), call)
  }

  async #deleteVersions(
    channelId: string,
    request: FileRequest,
    versions: readonly AbejaFile[],
    call: CallContext,
  ): Promise<void> {
    const newest = versions.at(-1) ?? notFound(request)
    // The oldest first: whatever goes wrong on the way, what readers see is there or gone, never an older one.
    await this.#remove(channelId, versions.slice(0, -1), call, true)
    await this.#versions.delete(channelId, newest.fileId, call)
  }

  /** A few keys are searched for one by one; for more the channel is listed once. */
  async deleteMany(channelId: string, request: DeleteFilesRequest, call: CallContext): Promise<DeleteOutcome[]> {
    const { bucket, keys } = request
    const listed = keys.length > searchedKeys ? await this.#versions.findAll(channelId, new Set(keys), call) : undefined
    const outcomes = new Map<string, DeleteOutcome>()
    await inParallel(keys, maxParallelDeletes, async (key) => {
      const found = async (): Promise<AbejaFile[]> => listed?.get(key) ?? []
      const versions =
        listed === undefined ? (): Promise<AbejaFile[]> => this.#versions.find(channelId, key, call) : found
      outcomes.set(key, await this.#deleteOne(channelId, { bucket, key }, versions, call))
    })
    return keys.flatMap((key) => outcomes.get(key) ?? [])
  }

  async #deleteOne(
    channelId: string,
    request: FileRequest,
    versions: () => Promise<AbejaFile[]>,
    call: CallContext,
  ): Promise<DeleteOutcome> {
    const { bucket, key } = request
    try {
      call.signal.throwIfAborted()
      await this.#deleteVersions(channelId, request, await versions(), call)
      return { key, outcome: 'deleted', error: undefined }
    } catch (cause) {
      const place = { operation: 'files.delete', resource: `${bucket}/${key}` }
      const error = toStorageError(cause, { backend: 'abeja', explainError: explainAbejaError }, place)
      if (error.code === 'not-found') return { key, outcome: 'not-found', error: undefined }
      return { key, outcome: 'failed', error }
    }
  }

  async update(channelId: string, request: UpdateFileRequest, call: CallContext): Promise<FileInfo> {
    const { contentType, metadata, expiresAt } = request
    const file = await this.#newest(channelId, request, call)
    const before = toChannelFileInfo(request, file, 0)
    if (contentType !== undefined && (contentType ?? undefined) !== before.contentType)
      throw unsupported(
        'the media type of a file of a channel is set when it is written and can not be changed: write the file again',
      )
    if (expiresAt === null && file.lifetime !== undefined)
      throw unsupported(
        'ABEJA can change how long a file is kept, but not keep it for ever again: write the file again',
      )
    if (metadata !== undefined) checkAppMetadata(metadata, 'filename')
    const lifetime = expiresAt ? lifetimeUntil(expiresAt, this.#parts.clock.now()) : undefined
    const changed = metadata === undefined ? file : await this.#putMetadata(channelId, file, metadata, call)
    if (lifetime === undefined) return this.#toInfo(channelId, request, changed, call)
    try {
      const kept = await this.#parts.client.putChannelFileLifetime(channelId, file.fileId, lifetime, call)
      return await this.#toInfo(channelId, request, { ...changed, lifetime: kept }, call)
    } catch (error) {
      if (metadata !== undefined) await this.#restore(channelId, file, call)
      throw error
    }
  }

  async signUrl(channelId: string, request: SignUrlRequest, call: CallContext): Promise<SignedUrl> {
    const { method, expiresInMs, key } = request
    if (method === 'GET') {
      const { fileId } = await this.#newest(channelId, request, call)
      const file = await this.#parts.client.getChannelFileDownload(channelId, fileId, call)
      return signedUrl(method, file.downloadUrl, file.urlExpiresAt, {}, expiresInMs, this.#parts.clock)
    }
    const metadata = { filename: key, [markName]: formatMark({ contentType: '' }) }
    const { uploadUrl, urlExpiresAt } = await this.#parts.client.getChannelFileUpload(channelId, { metadata }, call)
    const headers = { 'content-type': 'application/octet-stream' }
    return signedUrl(method, uploadUrl, urlExpiresAt, headers, expiresInMs, this.#parts.clock)
  }

  /** Finds the length of a listed file that carries no note of it. */
  sizeOf(channelId: string, file: AbejaFile, call: CallContext): Promise<number> {
    const { wire, clock } = this.#parts
    const { signal, receipt } = call
    return probeSize(wire, clock, { file, refresh: () => this.#refresh(channelId, file, call), signal, receipt })
  }

  async #toInfo(channelId: string, request: FileRequest, file: AbejaFile, call: CallContext): Promise<FileInfo> {
    const sizeBytes = readMark(file.metadata).sizeBytes ?? (await this.sizeOf(channelId, file, call))
    return toChannelFileInfo(request, file, sizeBytes)
  }

  async #newest(channelId: string, request: FileRequest, call: CallContext): Promise<AbejaFile> {
    return (await this.#versions.find(channelId, request.key, call)).at(-1) ?? notFound(request)
  }

  async #version(channelId: string, request: FileRequest, etag: string, call: CallContext): Promise<AbejaFile> {
    const newest = await this.#newest(channelId, request, call)
    if (newest.fileId !== etag) throw changed(request)
    return newest
  }

  async #refresh(channelId: string, file: AbejaFile, call: CallContext): Promise<AbejaFile> {
    return this.#parts.client.getChannelFileDownload(channelId, file.fileId, call)
  }

  async #versionsToReplace(channelId: string, request: WriteFileRequest, call: CallContext): Promise<AbejaFile[]> {
    const { condition, key } = request
    if (condition.kind !== 'etag') return this.#versions.search(channelId, key, call)
    const versions = await this.#versions.find(channelId, key, call)
    if (versions.at(-1)?.fileId !== condition.etag) throw changed(request)
    return versions
  }

  /** What can't be deleted stays behind the new file, which is newer and so the one that is found. */
  async #remove(channelId: string, files: readonly AbejaFile[], call: CallContext, mustSucceed = false): Promise<void> {
    for (const { fileId } of files) {
      try {
        await this.#versions.delete(channelId, fileId, call)
      } catch (error) {
        if (hasStatus(error, 404)) continue
        if (mustSucceed) throw error
        this.#parts.logger.warn('an older version of a file could not be deleted', { channelId, fileId })
      }
    }
  }

  /** A 409 may be about an earlier attempt of this write, whose answer was lost. */
  async #ownOrConflict(
    channelId: string,
    request: WriteFileRequest,
    mark: Mark | undefined,
    fileId: string | undefined,
    call: CallContext,
  ): Promise<FileInfo> {
    const named = fileId === undefined ? undefined : await this.#versions.get(channelId, fileId, call)
    const there = named ?? (await this.#versions.find(channelId, request.key, call)).at(-1)
    const earlier = readMark(there?.metadata ?? {})
    const isOurs = earlier.upload !== undefined && this.#lost.get(earlier.upload) !== undefined
    const isSame = earlier.crc32 !== undefined && earlier.crc32 === mark?.crc32 && earlier.sizeBytes === mark.sizeBytes
    if (there !== undefined && keyOfFile(there) === request.key && isOurs && isSame) {
      // Told once: the next 409 is about a file that is known to be there.
      this.#lost.delete(earlier.upload ?? '')
      return this.#toInfo(channelId, request, there, call)
    }
    if (request.condition.kind === 'etag') throw changed(request)
    const message = `there is a file ${request.key} already: allow overwriting, or choose another key`
    throw new StorageError({ code: 'already-exists', message, status: 409, applied: 'no' })
  }

  #putMetadata(channelId: string, file: AbejaFile, metadata: AbejaMetadata, call: CallContext): Promise<AbejaFile> {
    const ours = Object.entries(file.metadata).filter(([name]) => isMarkName(name) || name === 'filename')
    const all = { ...metadata, ...Object.fromEntries(ours) }
    return this.#parts.client.putChannelFileMetadata(channelId, file.fileId, all, { ...call, metadataCase: 'keep' })
  }

  async #restore(channelId: string, { fileId, metadata }: AbejaFile, { receipt }: CallContext): Promise<void> {
    const options = { receipt, metadataCase: 'keep' } as const
    await this.#parts.client.putChannelFileMetadata(channelId, fileId, metadata, options).catch(() => {
      this.#parts.logger.warn('metadata could not be put back after the lifetime was refused', { channelId, fileId })
    })
  }
}

function replaces(condition: WriteFileRequest['condition']): AbejaMetadata {
  return condition.kind === 'etag' ? { [replacesName]: condition.etag } : {}
}

// Two who replace the same version write the same value: the service lets only one of them.
function conflictTarget({ kind }: WriteFileRequest['condition']): string | undefined {
  if (kind === 'replace') return undefined
  return kind === 'create' ? 'filename' : replacesName
}

function changed({ key }: FileRequest): StorageError {
  const message = `${key} is another version now, or gone: look at it again`
  return new StorageError({ code: 'conflict', message, applied: 'no' })
}

/** A minute of doubt, for two clocks. */
const clockDoubtMs = 60_000

/** Makes a signed URL of one the service gave; how long it lasts is the service's choice. */
export function signedUrl(
  method: SignedUrl['method'],
  url: string | undefined,
  expiresAt: Date | undefined,
  headers: Readonly<Record<string, string>>,
  expiresInMs: number,
  clock: Clock,
): SignedUrl {
  if (url === undefined || expiresAt === undefined)
    throw new StorageError({
      code: 'unavailable',
      message: 'the service gave no signed URL, or not until when it works: try again',
    })
  const leftMs = expiresAt.getTime() - clock.now()
  if (expiresInMs > leftMs + clockDoubtMs)
    throw invalidArgument(
      `a URL signed by ABEJA works for ${Math.floor(leftMs / 60_000)} minutes: ask for less, and for a new one in time`,
    )
  return { url, method, headers, expiresAt }
}
