/** The multipart uploads under way. */
export class MultipartUploads {
  /** Gives up those of a bucket that is gone. */
  async abortBucket(_bucket: string): Promise<void> {}
  /** Gives up all. */
  async close(): Promise<void> {}
}
