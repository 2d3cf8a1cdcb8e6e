import { z } from 'zod'
import { id, instant, mapOf, optionalText } from './answers.ts'

/** One value of metadata. It is told apart by provider and key. */
export interface KeboolaMetadata {
  /** Its id, for deleting it. */
  readonly id: string
  /** Its key, for example `KBC.description`. */
  readonly key: string
  /** Its value. */
  readonly value: string
  /** Who wrote it. */
  readonly provider: string | undefined
  /** When. */
  readonly writtenAt: Date | undefined
}

/** Metadata of a table and of its columns. */
export interface KeboolaTableMetadata {
  /** Of the table. */
  readonly metadata: readonly KeboolaMetadata[]
  /** Of each column that has some. */
  readonly columnsMetadata: Readonly<Record<string, readonly KeboolaMetadata[]>>
}

const metadataShape = z
  .object({
    id,
    key: z.string(),
    value: z.union([z.string(), z.number().transform(String)]).nullish(),
    provider: optionalText,
    timestamp: instant,
  })
  .transform(({ value, timestamp, ...rest }): KeboolaMetadata => ({
    ...rest,
    value: value ?? '',
    writtenAt: timestamp,
  }))

/** A list of metadata; what is missing is empty. */
export const metadataAnswer: z.ZodType<readonly KeboolaMetadata[]> = z
  .array(metadataShape)
  .nullish()
  .transform((value) => value ?? [])

/** Metadata of columns, by column. */
export const columnMetadata: z.ZodType<Readonly<Record<string, readonly KeboolaMetadata[]>>> = mapOf(metadataAnswer)

/** An answer to setting metadata of a table: in two parts, or the table's alone. */
export const tableMetadataAnswer: z.ZodType<KeboolaTableMetadata> = z.union([
  metadataAnswer.transform((metadata) => ({ metadata, columnsMetadata: {} })),
  z.object({ metadata: metadataAnswer, columnsMetadata: columnMetadata }),
])
