import type { ByteRange, DeleteOutcome, FileEntry, FileInfo, SignedUrl } from '../contract/file.ts'
import type { Page } from '../contract/page.ts'
import type { CallContext } from './call.ts'

/** Names a file. */
export interface FileRequest {
  /** The bucket's name. */
  readonly bucket: string
  /** The file's key. */
  readonly key: string
}

/** Asks for one page of a bucket's files. */
export interface ListFilesRequest {
  /** The bucket's name. */
  readonly bucket: string
  /** Only keys that begin with this; empty for all. */
  readonly prefix: string
  /** Keys that share the text up to this delimiter (after the prefix) come as one entry; undefined for no grouping. */
  readonly delimiter: string | undefined
  /** The most entries the page may hold. */
  readonly pageSize: number
  /** The previous page's token; undefined for the first page. */
  readonly pageToken: string | undefined
}

/** Asks for a file's bytes. */
export interface ReadFileRequest extends FileRequest {
  /** The bytes wanted; undefined for all. A start past the end is `invalid-argument`; an end past it is cut. */
  readonly range: ByteRange | undefined
  /** Only this version; another one fails with `conflict`. Undefined for whatever is there. */
  readonly ifEtag: string | undefined
  /** Whether the driver may lend chunks (`lendChunk`): the reader copies or writes each and shows none to the app. Left out for no. */
  readonly mayLend?: boolean | undefined
}

/** A file's bytes on their way. */
export interface FileContent {
  /** The file, as it was when reading began; the bytes belong to this version. */
  readonly file: FileInfo
  /** How many bytes `body` gives. */
  readonly sizeBytes: number
  /**
   * The bytes, once. A chunk belongs to the consumer for good, unless the request allowed lending. A connection that breaks fails it with
   * `unavailable`; when it ends with fewer bytes than announced, core makes `corrupt-data` of that. Ending the iteration early releases what
   * it holds.
   */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * Where the bytes of an upload come from.
 *
 * A source that can be opened again may be read several times, in parts and in parallel; one that can't is read once, and
 * what was read from it is never sent twice.
 */
export interface ByteSource {
  /** Its length where that is known before reading; the source has been told to fail when it turns out otherwise. */
  readonly sizeBytes: number | undefined
  /** Whether `open` may be called more than once. */
  readonly isReopenable: boolean
  /** All the bytes, when they are in memory already: a driver may take this instead of `open`. */
  readonly bytes: Uint8Array | undefined
  /** Begins reading, at `range` for sources that can be opened again. */
  open(range?: ByteRange): AsyncIterable<Uint8Array>
}

/** What is set on a file beside its bytes. */
export interface FileAttributes {
  /** Its media type. */
  readonly contentType: string | undefined
  /** The app's own text values. */
  readonly metadata: Readonly<Record<string, string>>
  /** Tags. */
  readonly tags: readonly string[]
  /** When the backend may delete it by itself. */
  readonly expiresAt: Date | undefined
}

/** What must hold for a write to go ahead. */
export type WriteCondition =
  | {
      /** `replace` writes over what is there; `create` fails with `already-exists` when anything is. */
      readonly kind: 'replace' | 'create'
    }
  | {
      /** Only a known version is replaced; another one, or none, fails with `conflict`. */
      readonly kind: 'etag'
      /** The etag of that version. */
      readonly etag: string
    }

/** Asks to write a file. */
export interface WriteFileRequest extends FileRequest {
  /** The bytes. */
  readonly source: ByteSource
  /** Media type, metadata, tags, expiry. */
  readonly attributes: FileAttributes
  /** What must hold for the write to go ahead. */
  readonly condition: WriteCondition
  /** Gives the CRC32 (hex) of all bytes read so far; a driver that stores a checksum calls it after the last byte. */
  readonly crc32: () => string
  /** Called with the part about to be sent and their number, where a backend cuts files into parts. */
  readonly onPart: (part: number, parts: number) => void
}

/** Asks to copy a file inside the backend. */
export interface CopyFileRequest {
  /** What is copied. */
  readonly from: FileRequest
  /** Where to. */
  readonly to: FileRequest
  /** Whether a file that is there is replaced; otherwise `already-exists`. */
  readonly overwrite: boolean
}

/** Asks to change what is set on a file; what is undefined stays, null removes. */
export interface UpdateFileRequest extends FileRequest {
  /** Its media type. */
  readonly contentType: string | null | undefined
  /** The app's own text values, all of them. */
  readonly metadata: Readonly<Record<string, string>> | undefined
  /** Tags, all of them. */
  readonly tags: readonly string[] | undefined
  /** When the backend may delete it. */
  readonly expiresAt: Date | null | undefined
}

/** Asks to delete several files. */
export interface DeleteFilesRequest {
  /** The bucket's name. */
  readonly bucket: string
  /** The files' keys, without repeats, never more than `limits.filesPerDelete`. */
  readonly keys: readonly string[]
}

/** Asks for a signed URL. */
export interface SignUrlRequest extends FileRequest {
  /** What it is good for. */
  readonly method: 'GET' | 'PUT'
  /** How long it works, in milliseconds. */
  readonly expiresInMs: number
}

/** Files, as an adapter implements them. Keys are opaque: kept exactly or refused, never rewritten. */
export interface FileDriver {
  /** Gives one page of entries in order of key (code points); a prefix entry stands where its first key would. */
  list(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>>
  /** Gives what is known of a file; fails with `not-found` without it. */
  stat(request: FileRequest, call: CallContext): Promise<FileInfo>
  /** Begins to read a file. */
  read(request: ReadFileRequest, call: CallContext): Promise<FileContent>
  /**
   * Writes a file: after success it is there whole, after a failure, an abort or a crash what was there before is
   * untouched.
   */
  write(request: WriteFileRequest, call: CallContext): Promise<FileInfo>
  /** Deletes a file; fails with `not-found` without it. */
  delete(request: FileRequest, call: CallContext): Promise<void>
  /** Deletes several files and says what each came to, in the order of the keys. */
  deleteMany(request: DeleteFilesRequest, call: CallContext): Promise<readonly DeleteOutcome[]>
  /** Copies a file inside the backend, attributes included. */
  copy(request: CopyFileRequest, call: CallContext): Promise<FileInfo>
  /** Changes what is set on a file. */
  update(request: UpdateFileRequest, call: CallContext): Promise<FileInfo>
  /** Signs a URL. */
  signUrl(request: SignUrlRequest, call: CallContext): Promise<SignedUrl>
}
