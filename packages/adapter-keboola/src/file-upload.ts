import type { FileInput } from '@stowage/core'
import { type ByteSource, StorageError } from '@stowage/core/driver'
import type { KeboolaFile } from './file-answers.ts'
import type { KeboolaFileFacts, KeboolaFilesClient } from './files-client.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

/** Where the bytes of an upload come from: a path, bytes, a Blob, a stream, or a source of the driver. */
export type KeboolaUploadSource = FileInput | ByteSource

/** What a file is uploaded with. */
export interface KeboolaUpload extends KeboolaFileFacts {
  /** How many bytes the source gives; it fails when that is wrong. Default: known for paths and bytes. */
  readonly sizeBytes?: number | undefined
  /**
   * Whether it is uploaded to be imported: then its name gets or loses `.gz` by what its bytes are, since the service decides by the name
   * whether it is compressed. Default false: the name stays.
   */
  readonly isForImport?: boolean | undefined
  /** Told how many parts are under way or done, and how many there are where that is known. */
  readonly onPart?: ((part: number, parts: number | undefined) => void) | undefined
}

/** A slice of a sliced file. */
export interface KeboolaSlice {
  /** Its name, put behind the key as it is; ends in `.gz` when it is compressed. */
  readonly name: string
  /** Its bytes. */
  readonly source: KeboolaUploadSource
  /** How many bytes the source gives. Default: known for paths and bytes. */
  readonly sizeBytes?: number | undefined
}

/** Uploads one file. */
export async function uploadFile(
  files: KeboolaFilesClient,
  wire: KeboolaWire,
  source: KeboolaUploadSource,
  upload: KeboolaUpload,
  call: KeboolaCallOptions,
): Promise<KeboolaFile> {
  throw new StorageError({ code: 'internal', message: `not made yet ${[files, wire, source, upload, call].length}` })
}

/** Uploads slices. */
export async function uploadSlices(
  files: KeboolaFilesClient,
  wire: KeboolaWire,
  slices: Iterable<KeboolaSlice> | AsyncIterable<KeboolaSlice>,
  upload: KeboolaUpload,
  call: KeboolaCallOptions,
): Promise<KeboolaFile> {
  throw new StorageError({ code: 'internal', message: `not made yet ${[files, wire, slices, upload, call].length}` })
}
