import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { WireMetadata } from './file-metadata.ts'
import type { SignedUrl } from './signed-urls.ts'

/** An upload that was announced: where its bytes go, and what was said of them. */
export interface PendingUpload {
  /** The id of the channel. */
  readonly channelId: string
  /** The id the file will have. */
  readonly fileId: string
  /** Its media type, which the upload must repeat. */
  readonly contentType: string
  /** Its metadata. */
  readonly metadata: WireMetadata
}

interface Entry {
  readonly upload: PendingUpload
  readonly signature: string
  readonly expiresMs: number
  isUsed: boolean
}

const path = '/abeja-uploads/'
const mostPending = 10_000

/** The URLs files are uploaded by, each once. They are forgotten when the gateway ends, as nothing was written yet. */
export class UploadUrls {
  readonly #entries = new Map<string, Entry>()

  /** Tells whether a path is that of such a URL. */
  isSigned(target: string): boolean {
    return target.startsWith(path)
  }

  /** Makes a URL for an upload. */
  create(upload: PendingUpload, expiresMs: number, nowMs: number, address: URL): SignedUrl {
    this.#forget(nowMs)
    const signature = randomBytes(20).toString('base64url')
    this.#entries.set(upload.fileId, { upload, signature, expiresMs, isUsed: false })
    const query = `Expires=${Math.floor(expiresMs / 1000)}&Signature=${signature}`
    return { url: `${address.origin}${path}${upload.channelId}/${upload.fileId}?${query}`, expiresMs }
  }

  // All live equally long: the oldest come first.
  #forget(nowMs: number): void {
    for (const [fileId, { expiresMs }] of this.#entries) {
      if (expiresMs > nowMs && this.#entries.size < mostPending) return
      this.#entries.delete(fileId)
    }
  }

  /** Finds the upload of a URL, and takes it; undefined for one that isn't good, or was used. */
  take(target: string, query: URLSearchParams, contentType: string, nowMs: number): PendingUpload | undefined {
    const [channelId, fileId = ''] = target.slice(path.length).split('/')
    const entry = this.#entries.get(fileId)
    if (entry === undefined || entry.isUsed || entry.expiresMs <= nowMs || entry.upload.channelId !== channelId) {
      return undefined
    }
    if (!isSame(entry.signature, query.get('Signature') ?? '') || entry.upload.contentType !== contentType)
      return undefined
    entry.isUsed = true
    return entry.upload
  }

  /** Gives back what was taken when nothing came of it. */
  giveBack({ fileId }: PendingUpload): void {
    const entry = this.#entries.get(fileId)
    if (entry !== undefined) entry.isUsed = false
  }

  /** Forgets an upload that is done. */
  finish({ fileId }: PendingUpload): void {
    this.#entries.delete(fileId)
  }

  /** Lets all URLs so far count as expired. */
  expire(): void {
    this.#entries.clear()
  }
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
