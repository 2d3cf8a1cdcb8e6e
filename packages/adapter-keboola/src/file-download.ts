import type { ByteRange } from '@stowage/core'
import { invalidArgument } from '@stowage/core/driver'
import type { ByteResponse } from '@stowage/http'
import type { KeboolaFile } from './file-answers.ts'
import { FileReads } from './file-reads.ts'
import type { KeboolaFilesClient } from './files-client.ts'
import { gunzipIfZipped } from './gunzip.ts'
import { rangeHeaders } from './object-names.ts'
import { openBytes } from './opened-bytes.ts'
import type { KeboolaParts } from './parts.ts'
import type { KeboolaExportResult } from './table-results.ts'
import type { KeboolaCallOptions } from './wire.ts'

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
  /** How many bytes are read, compressed as they are; undefined where that isn't known beforehand. */
  readonly storedBytes: number | undefined
  /** The CSV, decompressed. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Begins to read a file. */
export async function readFile(
  files: KeboolaFilesClient,
  parts: KeboolaParts,
  file: KeboolaFile | string,
  { range, decompress = false, mayLend = false }: KeboolaReadOptions,
  call: KeboolaCallOptions,
): Promise<KeboolaContent> {
  const reads = new FileReads(files, parts, typeof file === 'string' ? await files.get(file, withAccess, call) : file, {
    ...call,
    // What is decompressed is copied, so nothing would be given back.
    mayLend: mayLend && !decompress,
  })
  if (reads.file.isSliced) return readSliced(reads, range, decompress)
  const name = nameOf(reads.file)
  const { body, sizeBytes, ...facts } = await openBytes((wanted) => reads.askForFile(wanted), range, name)
  if (!decompress) return { file: reads.file, ...facts, sizeBytes, body }
  return { file: reads.file, ...facts, sizeBytes: undefined, body: gunzipIfZipped(body, name) }
}

const withAccess = { withAccess: true } as const

async function readSliced(
  reads: FileReads,
  range: ByteRange | undefined,
  decompress: boolean,
): Promise<KeboolaContent> {
  const { file } = reads
  if (range !== undefined) {
    const message = `${nameOf(file)} is kept in slices, which have no ranges: read all of it`
    throw invalidArgument(message)
  }
  const urls = await reads.sliceUrls()
  const facts = { sizeBytes: undefined, totalBytes: undefined, etag: undefined, contentType: undefined }
  return { file, ...facts, body: readSlices(reads, urls, decompress) }
}

/** Reads one slice after the other: records never span them, and their order is that of the manifest. */
async function* readSlices(
  reads: FileReads,
  urls: readonly string[],
  decompress: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const [index, url] of urls.entries()) {
    const name = `slice ${index + 1} of ${urls.length} of ${nameOf(reads.file)}`
    const { body } = await openBytes((range) => reads.askForSlice(url, range), undefined, name)
    yield* decompress ? gunzipIfZipped(body, name) : body
  }
}

/** Begins to read the result of an export. */
export async function readExport(
  files: KeboolaFilesClient,
  parts: KeboolaParts,
  { fileId, fileUrl }: KeboolaExportResult,
  { mayLend }: Pick<KeboolaReadOptions, 'mayLend'>,
  call: KeboolaCallOptions,
): Promise<KeboolaExportContent> {
  if (fileId !== undefined) {
    const content = await readFile(files, parts, fileId, { decompress: true, mayLend }, call)
    return { hasHeader: !content.file.isSliced, storedBytes: content.totalBytes, body: content.body }
  }
  // The guide gives no id, and its files are single ones.
  const { signal, receipt } = call
  const ask = (range: ByteRange | undefined): Promise<ByteResponse> =>
    parts.wire.toFileHost({ method: 'GET', url: fileUrl ?? '', headers: rangeHeaders(range), signal, receipt })
  const { body, totalBytes } = await openBytes(ask, undefined, 'the export')
  return { hasHeader: true, storedBytes: totalBytes, body: gunzipIfZipped(body, 'the export') }
}

function nameOf({ id }: KeboolaFile): string {
  return `file ${id}`
}
