import { type CallContext, StorageError } from '@stowage/core/driver'
import type { S3Access } from './access.ts'
import { type ObjectHead, readHead } from './object-head.ts'
import type { S3Requests } from './s3-requests.ts'

/** The bytes the longest usual suffix of a part takes: `.000`. */
export const partSuffixBytes = 4

/** The most parts of a file that are believed: fifty terabytes. */
const maxParts = 10_000

/** Gives the key of a part: `.000`, `.001`, … at least three digits (contract section 6). */
export function partKey(key: string, index: number): string {
  return `${key}.${String(index).padStart(3, '0')}`
}

/** Takes the key of a part apart; undefined for a key that isn't one. */
export function readPartKey(key: string): { readonly base: string; readonly index: number } | undefined {
  const [, base, digits] = /^([^]+)\.(\d{3,5})$/.exec(key) ?? []
  if (base === undefined || digits === undefined || (digits.length > 3 && digits.startsWith('0'))) return undefined
  return { base, index: Number(digits) }
}

/** A place objects are in, and the way to be let through to it. */
export interface ObjectPlace {
  /** The bucket's full name. */
  readonly bucket: string
  /** How requests are let through. */
  readonly access: S3Access
}

/** A file that is stored as several objects. */
export interface PartLayout {
  /** How many there are. */
  readonly count: number
  /** The length of each but the last. */
  readonly partBytes: number
  /** The length of all together. */
  readonly sizeBytes: number
  /** Tells versions of the whole apart. */
  readonly etag: string
  /** What is known of the first. */
  readonly first: ObjectHead
}

/** Looks at objects without reading them. */
export class ObjectLookup {
  readonly #requests: S3Requests
  readonly #strictParts: boolean

  /**
   * @param requests - sends them
   * @param strictParts - whether a lone `key.000` is no part of `key`
   */
  constructor(requests: S3Requests, strictParts: boolean) {
    this.#requests = requests
    this.#strictParts = strictParts
  }

  /** Gives what is known of one object; undefined without it. Anything else than "not there" is a failure (trap 6). */
  async head({ bucket, access }: ObjectPlace, key: string, call: CallContext): Promise<ObjectHead | undefined> {
    const request = { action: 'head_object', bucket, key, mayBeMissing: true } as const
    const response = await this.#requests.send(access, request, call)
    await response.discard()
    return response.status === 404 ? undefined : readHead(response)
  }

  /**
   * Gives how many parts a file has, by its first; 0 where there are none. An object `x.000` that is no part of `x`, such as a rotated
   * log, has 1 or none in its metadata (trap 4): it is never written over or deleted with `x`.
   */
  async countParts(place: ObjectPlace, key: string, call: CallContext): Promise<number> {
    const first = await this.head(place, partKey(key, 0), call)
    const count = first === undefined ? 0 : this.#partsOf(first)
    return count > 1 ? count : 0
  }

  /**
   * Gives the layout of a file that is stored in parts, from two of them (trap 5); undefined without one.
   *
   * @throws StorageError `corrupt-data` where the last part is missing
   */
  async layout(place: ObjectPlace, key: string, call: CallContext): Promise<PartLayout | undefined> {
    const first = await this.head(place, partKey(key, 0), call)
    const count = first === undefined ? 0 : this.#partsOf(first)
    if (first === undefined || count === 0) return undefined
    const last = count === 1 ? first : await this.head(place, partKey(key, count - 1), call)
    if (last === undefined) throw missingPart(key, count - 1, count)
    const { sizeBytes: partBytes, etag, modifiedAt } = first
    // The first is written last, so its time tells versions apart that begin alike.
    const version = `${etag}-${count}-${Math.floor((modifiedAt?.getTime() ?? 0) / 1000).toString(36)}`
    return { count, partBytes, sizeBytes: (count - 1) * partBytes + last.sizeBytes, etag: version, first }
  }

  #partsOf({ parts = 1 }: ObjectHead): number {
    if (parts > maxParts) {
      const message = `the file says that it has ${parts} parts: more than ${maxParts} are not believed`
      throw new StorageError({ code: 'corrupt-data', message, retryable: false })
    }
    if (parts > 1) return parts
    return this.#strictParts ? 0 : 1
  }
}

/** Makes the failure for a file that lacks one of its parts. */
export function missingPart(key: string, index: number, count: number): StorageError {
  const message = `part ${index + 1} of ${count} of ${key} is missing (${partKey(key, index)}): upload the file again`
  return new StorageError({ code: 'corrupt-data', message, retryable: false, details: { part: index + 1, count } })
}
