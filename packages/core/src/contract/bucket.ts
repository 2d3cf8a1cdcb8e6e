/** What is known of a bucket. */
export interface BucketInfo {
  /** The bucket's name: the id the backend knows it by, for example `in.c-main`. */
  readonly name: string
  /** A name for people; undefined where the backend has none. */
  readonly displayName: string | undefined
  /** Free text; undefined where none was set. */
  readonly description: string | undefined
  /** The backend's kind of bucket where it has several, for example `channel`. */
  readonly kind: string | undefined
  /** Whether the bucket is archived: kept, but refusing writes. */
  readonly isArchived: boolean
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** When its name, description or archived state last changed. */
  readonly updatedAt: Date | undefined
}
