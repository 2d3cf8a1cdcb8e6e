import { createHmac, timingSafeEqual } from 'node:crypto'
import { S3Error } from './s3-error.ts'

/** What is listed. */
export interface ListedView {
  /** The bucket. */
  readonly bucket: string
  /** Only keys that begin with this. */
  readonly prefix: string
  /** Groups keys; undefined for no grouping. */
  readonly delimiter: string | undefined
}

const mostRemembered = 1000

/**
 * Where listings can go on.
 *
 * A storage goes on by tokens of its own, S3 by tokens (version 2) or by the last name seen (version 1). Tokens are handed
 * out signed, since a storage may trust its own; for names the storage's token is remembered, and found again by whoever goes
 * on where a page has ended.
 */
export class ListingCursors {
  readonly #secret: Buffer
  readonly #byName = new Map<string, string>()

  /** @param secret - signs tokens; the same one after a restart keeps them good */
  constructor(secret: string) {
    this.#secret = createHmac('sha256', secret).update('stowage listing tokens').digest()
  }

  /** Remembers the storage's token of a place. */
  remember(view: ListedView, lastName: string, token: string): void {
    const name = cursorName(view, lastName)
    this.#byName.delete(name)
    this.#byName.set(name, token)
    if (this.#byName.size <= mostRemembered) return
    for (const oldest of this.#byName.keys()) return void this.#byName.delete(oldest)
  }

  /** Gives it again; undefined where it isn't remembered. */
  recall(view: ListedView, lastName: string): string | undefined {
    return this.#byName.get(cursorName(view, lastName))
  }

  /** Makes a token for a client. */
  seal(view: ListedView, token: string): string {
    const text = Buffer.from(token)
    return Buffer.concat([this.#sign(view, text), text]).toString('base64url')
  }

  /** Reads a client's token; fails with `InvalidArgument` for one that wasn't made here, for this listing. */
  open(view: ListedView, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url')
    const text = bytes.subarray(markBytes)
    if (bytes.length >= markBytes && timingSafeEqual(bytes.subarray(0, markBytes), this.#sign(view, text))) {
      return text.toString()
    }
    throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' })
  }

  #sign(view: ListedView, token: Buffer): Buffer {
    const hmac = createHmac('sha256', this.#secret).update(cursorName(view, '')).update(token)
    return hmac.digest().subarray(0, markBytes)
  }
}

const markBytes = 16

function cursorName({ bucket, prefix, delimiter }: ListedView, lastName: string): string {
  return JSON.stringify([bucket, prefix, delimiter ?? null, lastName])
}
