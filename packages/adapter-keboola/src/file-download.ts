import type { ByteRange } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { KeboolaFile } from './file-answers.ts'
import type { KeboolaFilesClient } from './files-client.ts'
import type { KeboolaExportResult } from './table-results.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

/** How a file is read. */
export interface KeboolaReadOptions {
  /** The bytes wanted; of a file that isn't sliced. Default: all. */
  readonly range?: ByteRange | undefined
  /** Whether compressed content is decompressed, told by its first bytes. Default false. */
  readonly decompress?: boolean | undefined
  /** Whether chunks may be lent, for readers that give each back with `returnChunk`. Default false. */
  readonly mayLend?: boolean | undefined
}

/** A file on its way. */
export interface KeboolaContent {
  /** The file, as it was seen last. */
  readonly file: KeboolaFile
  /** How many bytes `body` gives; undefined where that shows only at the end: of slices, and of what is decompressed. */
  readonly sizeBytes: number | undefined
  /** The length of the whole file, where it is known. */
  readonly totalBytes: number | undefined
  /** The etag, without quotes; of a file that isn't sliced. */
  readonly etag: string | undefined
  /** The media type it is served with. */
  readonly contentType: string | undefined
  /** The bytes, once. Ending the iteration early releases what it holds. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The result of an export on its way. */
export interface KeboolaExportContent {
  /** Whether the first line of `body` is a header: slices have none, a single file has one. */
  readonly hasHeader: boolean
  /** The CSV, decompressed. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Begins to read a file. */
export async function readFile(
  files: KeboolaFilesClient,
  wire: KeboolaWire,
  file: KeboolaFile | string,
  options: KeboolaReadOptions,
  call: KeboolaCallOptions,
): Promise<KeboolaContent> {
  throw new StorageError({ code: 'internal', message: `not made yet ${[files, wire, file, options, call].length}` })
}

/** Begins to read the result of an export. */
export async function readExport(
  files: KeboolaFilesClient,
  wire: KeboolaWire,
  result: KeboolaExportResult,
  options: Pick<KeboolaReadOptions, 'mayLend'>,
  call: KeboolaCallOptions,
): Promise<KeboolaExportContent> {
  throw new StorageError({ code: 'internal', message: `not made yet ${[files, wire, result, options, call].length}` })
}
