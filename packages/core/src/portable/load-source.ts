import { extname } from 'node:path'
import { type FileInput, toByteSource } from '../bytes/byte-source.ts'
import type { ByteSource } from '../driver/file-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { RowSource } from '../rows/batch.ts'

/** What rows may be loaded from: a path, bytes or a byte stream in one of the formats, or rows as they are. */
export type LoadSource = FileInput | RowSource

/** How the bytes of a source spell rows; `rows` when they are no bytes. */
export type LoadFormat = 'csv' | 'json-lines' | 'json' | 'rows'

/** A source as it is going to be read. */
export type OpenLoadSource =
  | { readonly format: 'rows'; readonly rows: RowSource }
  | { readonly format: Exclude<LoadFormat, 'rows'>; readonly source: ByteSource }

const formatByExtension: Readonly<Record<string, Exclude<LoadFormat, 'rows'>>> = {
  '.csv': 'csv',
  '.jsonl': 'json-lines',
  '.ndjson': 'json-lines',
  '.json': 'json',
}

/** Finds out how to read a source: by the format given, else by a path's ending, else rows where it can be nothing else. */
export async function openLoadSource(source: LoadSource, format: LoadFormat | undefined): Promise<OpenLoadSource> {
  if (format !== undefined && format !== 'rows') return { format, source: await toByteSource(source as FileInput) }
  if (typeof source === 'string' || source instanceof URL) return openPath(source, format)
  if (isRows(source, format)) return { format: 'rows', rows: source }
  throw invalidArgument('the source is bytes: say in which format with format: "csv", "json-lines" or "json"')
}

async function openPath(path: string | URL, format: LoadFormat | undefined): Promise<OpenLoadSource> {
  const found = formatByExtension[extname(path instanceof URL ? path.pathname : path).toLowerCase()]
  if (format === undefined && found !== undefined) return { format: found, source: await toByteSource(path) }
  throw invalidArgument(
    `the ending of ${String(path)} does not tell its format: pass format: "csv", "json-lines" or "json"`,
  )
}

// A stream of objects can't be told from a stream of bytes before it is read, so only arrays and generators pass unnamed.
function isRows(source: LoadSource, format: LoadFormat | undefined): source is RowSource {
  if (typeof source !== 'object' || source === null) return false
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer || source instanceof Blob) return false
  const isIterable = Symbol.iterator in source || Symbol.asyncIterator in source
  const isStream = 'pipe' in source || 'getReader' in source
  return isIterable && (format === 'rows' || !isStream)
}
