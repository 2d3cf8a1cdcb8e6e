/** How buckets are called by S3 clients and in the storage. */
export interface BucketNames {
  /** The storage's name of a bucket; undefined when no bucket of that name is served. */
  toStorage(name: string): string | undefined
  /** The name S3 clients know a bucket of the storage by; undefined when it isn't served. */
  fromStorage(name: string): string | undefined
}

/** The same name on both sides. */
export const sameNames: BucketNames = { toStorage: (name) => name, fromStorage: (name) => name }
