import { z } from 'zod'
import { anyMap, count, flag, id, instant, optional, optionalText, texts } from './answers.ts'
import { columnMetadata, type KeboolaMetadata, metadataAnswer } from './metadata-answers.ts'

/** A bucket. */
export interface KeboolaBucket {
  /** Its id, for example `in.c-main`. */
  readonly id: string
  /** The part of the id after the stage, for example `c-main`. */
  readonly name: string
  /** The name people see. */
  readonly displayName: string | undefined
  /** `in` or `out`; `sys` exists. */
  readonly stage: string | undefined
  /** Free text. */
  readonly description: string | undefined
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When a table in it last changed. */
  readonly lastChangedAt: Date | undefined
  /** Whether nothing can be written to it. */
  readonly isReadOnly: boolean
  /** Whether it is another project's, linked into this one. */
  readonly isLinked: boolean
  /** Where a linked one comes from. */
  readonly source: KeboolaBucketSource | undefined
  /** How many rows its tables have together. */
  readonly rowsCount: number | undefined
  /** How many bytes they take. */
  readonly dataSizeBytes: number | undefined
  /** `snowflake`, `bigquery`, … */
  readonly backend: string | undefined
  /** Its place in the backend: database and schema on Snowflake, dataset on BigQuery. */
  readonly backendPath: readonly string[] | undefined
  /** A color for people. */
  readonly color: string | undefined
  /** Its tables; only of a single bucket. */
  readonly tables: readonly KeboolaTable[] | undefined
  /** Its metadata, where it was asked for. */
  readonly metadata: readonly KeboolaMetadata[]
}

/** Where a linked bucket comes from. */
export interface KeboolaBucketSource {
  /** The bucket's id in its own project. */
  readonly id: string
  /** Its project's id. */
  readonly projectId: string | undefined
}

/** A table. */
export interface KeboolaTable {
  /** Its id, for example `in.c-main.orders`. */
  readonly id: string
  /** Its name. */
  readonly name: string
  /** The name people see. */
  readonly displayName: string | undefined
  /** The bucket's id. */
  readonly bucketId: string
  /** The bucket, where it was asked for. */
  readonly bucket: KeboolaBucket | undefined
  /** The columns of the primary key; empty for none. */
  readonly primaryKey: readonly string[]
  /** The columns, in order; undefined where the listing leaves them out. */
  readonly columns: readonly string[] | undefined
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When data was last written, also the same again. */
  readonly lastImportedAt: Date | undefined
  /** When data or columns last changed. */
  readonly lastChangedAt: Date | undefined
  /** How many rows it has, as of its last job. */
  readonly rowsCount: number | undefined
  /** How many bytes it takes, as of its last job. */
  readonly dataSizeBytes: number | undefined
  /** Whether it only shows another table. */
  readonly isAlias: boolean
  /** The table an alias shows. */
  readonly sourceTableId: string | undefined
  /** Whether columns have types; otherwise all are text. */
  readonly isTyped: boolean
  /** The types of a typed table's columns, by name. */
  readonly columnTypes: ReadonlyMap<string, KeboolaColumnType>
  /** Its metadata, where it was asked for. */
  readonly metadata: readonly KeboolaMetadata[]
  /** Metadata of its columns, where it was asked for. */
  readonly columnMetadata: Readonly<Record<string, readonly KeboolaMetadata[]>>
}

/** The type of a column. */
export interface KeboolaColumnType {
  /** The backend's type, for example `NUMBER`. */
  readonly type: string | undefined
  /** Its length, for example `38,0`. */
  readonly length: string | undefined
  /** Whether there may be nothing in it. */
  readonly isNullable: boolean
  /** What is in it where a row says nothing. */
  readonly default: string | undefined
  /** The type in common words: `INTEGER`, `STRING`, … */
  readonly baseType: string | undefined
}

const columnShape = z.object({ name: z.string(), definition: anyMap, basetype: optionalText })

// Since 2026 untyped tables have a definition as well, with anything for a column's.
const definitionShape = z.object({
  columns: z.array(columnShape).nullish(),
})

const bucketShape = z.object({
  id,
  name: optionalText,
  displayName: optionalText,
  stage: optionalText,
  description: optionalText,
  created: instant,
  lastChangeDate: instant,
  isReadOnly: flag,
  isLinkedBucket: flag,
  sourceBucket: optional(z.object({ id, project: optional(z.object({ id })) })),
  rowsCount: count,
  dataSizeBytes: count,
  backend: optionalText,
  backendPath: z.array(z.string()).nullish().catch(undefined),
  color: optionalText,
  metadata: metadataAnswer,
})

const tableShape = z.object({
  id,
  name: z.string(),
  displayName: optionalText,
  bucket: optional(bucketShape),
  primaryKey: texts,
  columns: z.array(z.string()).nullish(),
  created: instant,
  lastImportDate: instant,
  lastChangeDate: instant,
  rowsCount: count,
  dataSizeBytes: count,
  isAlias: flag,
  sourceTable: optional(z.object({ id })),
  isTyped: flag,
  definition: optional(definitionShape).catch(undefined),
  metadata: metadataAnswer,
  columnMetadata,
})

/** An answer with a table. */
export const tableAnswer: z.ZodType<KeboolaTable> = tableShape.transform(toTable)

/** An answer with tables. */
export const tablesAnswer: z.ZodType<readonly KeboolaTable[]> = z.array(tableAnswer)

/** An answer with a bucket; where it has its tables they are there, a listing has a URL instead. */
export const bucketAnswer: z.ZodType<KeboolaBucket> = bucketShape
  .extend({
    tables: z.preprocess((value) => (Array.isArray(value) ? value : undefined), z.array(tableAnswer).optional()),
  })
  .transform(({ tables, ...bucket }) => ({ ...toBucket(bucket), tables }))

/** An answer with buckets. */
export const bucketsAnswer: z.ZodType<readonly KeboolaBucket[]> = z.array(bucketAnswer)

function toBucket(bucket: z.output<typeof bucketShape>): KeboolaBucket {
  const { id: bucketId, name, created, lastChangeDate, isLinkedBucket, sourceBucket, backendPath, ...rest } = bucket
  return {
    ...rest,
    id: bucketId,
    name: name ?? bucketId.slice(bucketId.indexOf('.') + 1),
    createdAt: created,
    lastChangedAt: lastChangeDate,
    isLinked: isLinkedBucket || sourceBucket !== undefined,
    source: sourceBucket === undefined ? undefined : { id: sourceBucket.id, projectId: sourceBucket.project?.id },
    backendPath: backendPath ?? undefined,
    tables: undefined,
  }
}

function toTable(table: z.output<typeof tableShape>): KeboolaTable {
  const { bucket, columns, created, lastImportDate, lastChangeDate, sourceTable, definition, ...rest } = table
  return {
    ...rest,
    bucketId: bucket?.id ?? table.id.slice(0, table.id.lastIndexOf('.')),
    bucket: bucket === undefined ? undefined : toBucket(bucket),
    columns: columns ?? undefined,
    createdAt: created,
    lastImportedAt: lastImportDate,
    lastChangedAt: lastChangeDate,
    sourceTableId: sourceTable?.id,
    columnTypes: new Map(
      (table.isTyped ? (definition?.columns ?? []) : []).map((column) => [column.name, toType(column)]),
    ),
  }
}

function toType({ definition, basetype }: z.output<typeof columnShape>): KeboolaColumnType {
  const { type, length, nullable } = definition
  const fallback = definition['default']
  return {
    type: textOf(type),
    length: textOf(length),
    isNullable: nullable !== false,
    default: textOf(fallback),
    baseType: basetype,
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
