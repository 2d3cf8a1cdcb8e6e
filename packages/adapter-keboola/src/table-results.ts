import { z } from 'zod'
import { count, flag, id, optionalText, texts, withHidden } from './answers.ts'

/** What an import came to. */
export interface KeboolaImportResult {
  /** How many rows the data had. */
  readonly importedRowsCount: number | undefined
  /** How many rows the table has now. */
  readonly totalRowsCount: number | undefined
  /** How many bytes the table takes now. */
  readonly totalDataSizeBytes: number | undefined
  /** The columns of the data, as the service writes them. */
  readonly importedColumns: readonly string[]
  /** What the service found odd. */
  readonly warnings: readonly string[]
}

/** What an export came to: a file. */
export interface KeboolaExportResult {
  /** The file's id; the guide's dialect may give a URL alone. */
  readonly fileId: string | undefined
  /** The file's URL; only the guide's dialect has it. Not enumerable, so that it shows in no log. */
  readonly fileUrl: string | undefined
  /** Whether an earlier export of the same was given. */
  readonly isCached: boolean
}

/** What deleting rows came to. */
export interface KeboolaDeletedRows {
  /** How many rows went. */
  readonly deletedRows: number | undefined
}

/** What an export from a workspace came to. */
export interface KeboolaFileResult {
  /** The file's id. */
  readonly fileId: string
}

const warning = z.unknown().transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)))

/** The results of an import. */
export const importResultAnswer: z.ZodType<KeboolaImportResult> = z.object({
  importedRowsCount: count,
  totalRowsCount: count,
  totalDataSizeBytes: count,
  importedColumns: texts.catch([]),
  warnings: z
    .array(warning)
    .nullish()
    .catch([])
    .transform((value) => value ?? []),
})

/** The results of an export. */
export const exportResultAnswer: z.ZodType<KeboolaExportResult> = z
  .object({
    file: z.object({ id: id.optional(), url: optionalText }),
    cacheHit: flag,
  })
  .refine(({ file }) => file.id !== undefined || file.url !== undefined, {
    message: 'there is no file',
    path: ['file'],
  })
  .transform(({ file, cacheHit }) => withHidden({ fileId: file.id, isCached: cacheHit }, { fileUrl: file.url }))

/** The results of deleting rows. */
export const rowsDeletedAnswer: z.ZodType<KeboolaDeletedRows> = z.object({
  deletedRows: count,
})

/** The results of a workspace's export. */
export const fileIdAnswer: z.ZodType<KeboolaFileResult> = z
  .object({ file: z.object({ id }) })
  .transform(({ file }) => ({ fileId: file.id }))
