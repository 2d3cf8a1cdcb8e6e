import type { Bucket, File, FileEntry, ListFilesOptions } from '@stowage/core'

/** A place for a check's files: a bucket of its own, or a prefix in a bucket it shares with other checks. */
export class FileArea {
  /** The bucket. */
  readonly bucket: Bucket
  /** What every key begins with; empty in a bucket of its own. */
  readonly prefix: string

  /**
   * @param bucket - the bucket
   * @param prefix - what every key begins with
   */
  constructor(bucket: Bucket, prefix: string) {
    this.bucket = bucket
    this.prefix = prefix
  }

  /** Gives a handle on a file by its key inside the area. */
  file(key: string): File {
    return this.bucket.file(this.prefix + key)
  }

  /** Lists the area; keys and prefixes are given as inside it. */
  async list(options: ListFilesOptions = {}): Promise<string[]> {
    const listing = this.bucket.files({ ...options, prefix: this.prefix + (options.prefix ?? '') })
    const names: string[] = []
    for await (const entry of listing) names.push(this.nameOf(entry))
    return names
  }

  /** Gives an entry's key or prefix as inside the area. */
  nameOf(entry: FileEntry): string {
    return (entry.kind === 'file' ? entry.file.key : entry.prefix).slice(this.prefix.length)
  }
}
