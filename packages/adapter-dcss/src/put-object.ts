import { type Applied, type CallContext, type ErrorFacts, StorageError } from '@stowage/core/driver'
import { HttpError } from '@stowage/http'
import { explainDcssError } from './errors.ts'
import { etagOfPut, isMd5 } from './object-head.ts'
import type { ObjectLookup, ObjectPlace } from './parts.ts'
import type { S3Requests } from './s3-requests.ts'
import type { UploadBody } from './upload-body.ts'

/** One object to be written. */
export interface PutRequest {
  /** Its key. */
  readonly key: string
  /** Its bytes. */
  readonly content: UploadBody
  /** All headers beside the length; those named `x-amz-meta-…` are authorized as they are sent. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether something else than this write could have made the object what it would be: its presence then proves nothing. */
  readonly isCreate: boolean
}

/** An object that was written. */
export interface StoredObject {
  /** Its ETag. */
  readonly etag: string
  /** Its MD5, where the server's is known to be that of what was sent. */
  readonly md5: string | undefined
}

/** Writes single objects, and finds out what became of one whose answer was lost. */
export class ObjectPutter {
  readonly #requests: S3Requests
  readonly #lookup: ObjectLookup

  /**
   * @param requests - sends them
   * @param lookup - looks at what is there
   */
  constructor(requests: S3Requests, lookup: ObjectLookup) {
    this.#requests = requests
    this.#lookup = lookup
  }

  /**
   * Writes an object and waits until it is stored.
   *
   * @throws StorageError that says whether it was applied: `no`, `yes` for bytes that were damaged on the way, or `unknown`
   */
  async put(place: ObjectPlace, request: PutRequest, call: CallContext): Promise<StoredObject> {
    const { bucket, access } = place
    const { key, content, headers } = request
    try {
      const sent = { action: 'put_object', bucket, key, headers, body: content.body } as const
      const response = await this.#requests.send(access, sent, call)
      await response.discard()
      const etag = etagOfPut(response) ?? ''
      if (etag === '') throw noReceipt(key)
      return { etag, md5: checkStored(key, etag, isMd5(etag, response.headers), content) }
    } catch (error) {
      return this.#settle(place, request, error, call)
    }
  }

  /** After a lost answer the object itself tells, where its MD5 can be compared. */
  async #settle(place: ObjectPlace, request: PutRequest, error: unknown, call: CallContext): Promise<StoredObject> {
    const { key, content, isCreate } = request
    if (!isLost(error)) throw told(error, knownOutcome(error))
    if (!content.isRead()) throw told(error, 'no')
    if (call.signal.aborted) throw told(error, 'unknown')
    const found = await this.#lookup.head(place, key, call).catch(() => 'unknown' as const)
    if (found === 'unknown') throw told(error, 'unknown')
    if (found === undefined || found.sizeBytes !== content.sizeBytes) throw told(error, 'no')
    const md5 = content.md5()
    if (md5 === undefined || found.md5 === undefined) throw told(error, 'unknown')
    if (md5 !== found.md5) throw told(error, 'no')
    // Somebody else may have created the same, and then this write would have failed.
    if (isCreate) throw told(error, 'unknown')
    return { etag: found.etag, md5 }
  }
}

/** An answer got lost: the connection broke, or the server failed in the middle of its work. */
function isLost(error: unknown): boolean {
  if (HttpError.is(error)) return error.status >= 500 && error.status !== 501
  return StorageError.is(error) && error.applied === 'unknown'
}

function knownOutcome(error: unknown): Applied | undefined {
  return HttpError.is(error) ? 'no' : StorageError.is(error) ? error.applied : undefined
}

function told(error: unknown, applied: Applied | undefined): unknown {
  const facts = StorageError.is(error) ? error : explainDcssError(error)
  if (facts === undefined || applied === undefined) return error
  return new StorageError({ ...plainFacts(facts), ...changes(facts, applied) }, {}, error)
}

/** "It may have been applied" is no longer true of a write that is known not to be. */
function changes({ code, retryable }: ErrorFacts, applied: Applied): Partial<ErrorFacts> {
  if (code !== 'outcome-unknown' || applied === 'unknown') return { applied, retryable }
  return { code: 'unavailable', applied, retryable: false }
}

function plainFacts({ code, message, status, nativeCode, requestId, retryAfterMs, details }: ErrorFacts): ErrorFacts {
  return { code, message, status, nativeCode, requestId, retryAfterMs, details }
}

function checkStored(key: string, etag: string, isComparable: boolean, content: UploadBody): string | undefined {
  const md5 = content.md5()
  if (md5 === undefined || !isComparable) return undefined
  if (md5 === etag) return md5
  const message = `the MD5 of what was sent to ${key} is ${md5}, but S3 stored ${etag}: the bytes were damaged on the way, upload the file again`
  throw new StorageError({ code: 'corrupt-data', message, applied: 'yes', details: { sent: md5, stored: etag } })
}

function noReceipt(key: string): StorageError {
  const message = `the answer to the upload of ${key} is none of S3's: check s3Url and what lies in between`
  return new StorageError({ code: 'unavailable', message, retryable: false, applied: 'unknown' })
}
