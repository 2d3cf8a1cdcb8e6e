/** A bucket as it is remembered; it is a bucket of the storage by the same name. Instants are milliseconds since 1970. */
export interface BucketRecord {
  /** The stage, `c-` and the name: `in.c-main`. */
  readonly id: string
  /** `in`, `out` or `sys`. */
  readonly stage: string
  /** What stands behind the stage: `c-main`. */
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly color: string | null
  readonly createdMs: number
  readonly updatedMs: number | null
  /** When rows or tables in it changed last. */
  readonly lastChangeMs: number | null
}
