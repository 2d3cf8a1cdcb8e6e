/** What is known of a file. */
export interface FileInfo {
  /** The bucket it is in. */
  readonly bucket: string
  /** Its key, as written: any text the backend can keep, `/` included. */
  readonly key: string
  /** Its length in bytes. */
  readonly sizeBytes: number
  /** Its media type, where one was given. */
  readonly contentType: string | undefined
  /** Changes whenever the content does; compare it, never interpret it. */
  readonly etag: string | undefined
  /** Checksums the backend keeps, in lower-case hex by algorithm. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>
  /** The app's own text values. */
  readonly metadata: Readonly<Record<string, string>>
  /** Tags, in the order given. */
  readonly tags: readonly string[]
  /** When the backend may delete it by itself. */
  readonly expiresAt: Date | undefined
  /** When its content was last written. */
  readonly modifiedAt: Date | undefined
}

/** A checksum algorithm every backend's transfers can compute while streaming. */
export type ChecksumAlgorithm = 'crc32' | 'sha256' | 'md5'

/** One entry of a file listing: a file, or, with a delimiter, a shared prefix standing for the files below it. */
export type FileEntry =
  | {
      /** A file. */
      readonly kind: 'file'
      /** What is known of it; a listing may leave out metadata and tags where the backend's listing does. */
      readonly file: FileInfo
    }
  | {
      /** A shared prefix. */
      readonly kind: 'prefix'
      /** The prefix up to and including the delimiter. */
      readonly prefix: string
    }

/** Bytes `start` to `end` of a file, counted from 0; `end` is exclusive and may be left out for the rest. */
export interface ByteRange {
  /** The first byte wanted, from 0. */
  readonly start: number
  /** The byte after the last one wanted; undefined for all the rest. */
  readonly end?: number | undefined
}

/** What deleting one of many files came to. */
export interface DeleteOutcome {
  /** The file's key. */
  readonly key: string
  /** `deleted`, `not-found`, or `failed` with an error. */
  readonly outcome: 'deleted' | 'not-found' | 'failed'
  /** Why it failed. */
  readonly error: Error | undefined
}

/** A signed URL: whoever holds it may do one thing to one file until it expires. Treat it as a secret. */
export interface SignedUrl {
  /** The URL. */
  readonly url: string
  /** The HTTP method it is good for. */
  readonly method: 'GET' | 'PUT'
  /** Headers that must be sent with it, exactly. */
  readonly headers: Readonly<Record<string, string>>
  /** When it stops working. */
  readonly expiresAt: Date
}
