import type { WriteMode } from '@stowage/core'
import type { ByteSource, CallContext } from '@stowage/core/driver'
import { CsvScan } from './csv-scan.ts'
import { type ImportParts, removeFile, uploadOf } from './import-file.ts'
import type { TableSchema } from './table-schemas.ts'

/** Smaller files are read row by row, which costs nothing there and says which row is wrong. */
const minPassedBytes = 1024 * 1024

/** A file that was uploaded as it is. */
export interface PassedCsv {
  /** Its id. */
  readonly fileId: string
}

/**
 * Uploads CSV as it is and looks it through on the way; gives undefined, with nothing left behind, where it has to be read row by row: when
 * the table's values aren't all text, keys have to be compared with those that are there or may come twice, or anything about the file
 * is odd. Whether its rows have the right number of cells the service finds.
 */
export async function passCsv(
  parts: ImportParts,
  schema: TableSchema,
  mode: WriteMode,
  csv: ByteSource,
  call: CallContext,
): Promise<PassedCsv | undefined> {
  if (!canPass(schema, mode, csv)) return undefined
  const options = { columns: schema.columns.map(({ name }) => name), primaryKey: schema.primaryKey }
  let scan = new CsvScan(options)
  const source: ByteSource = {
    sizeBytes: csv.sizeBytes,
    isReopenable: true,
    bytes: undefined,
    // Whoever reads it again begins to look it through again.
    open: () => scanned(csv.open(), (scan = new CsvScan(options))),
  }
  try {
    const file = await parts.client.files.upload(source, uploadOf(schema), call)
    scan.end()
    if (scan.isClean && !scan.digests.hasRepeats && !scan.digests.isFull) return { fileId: file.id }
    await removeFile(parts, file.id)
    return undefined
  } catch (error) {
    if (scan.isClean) throw error
    return undefined
  }
}

function canPass({ columns, isTyped, primaryKey, rowCount }: TableSchema, mode: WriteMode, csv: ByteSource): boolean {
  const isText = !isTyped && columns.every(({ type }) => type === 'string')
  const needsKeys = mode === 'append' && primaryKey.length > 0 && rowCount !== 0
  return isText && !needsKeys && csv.isReopenable && (csv.sizeBytes ?? 0) >= minPassedBytes
}

async function* scanned(chunks: AsyncIterable<Uint8Array>, scan: CsvScan): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    scan.push(chunk)
    if (!scan.isClean) throw new Error('the CSV has to be read row by row')
    yield chunk
  }
}
