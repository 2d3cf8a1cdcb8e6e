/** What the benchmarks of the DCSS adapter need of a client. */
export interface ObjectClient {
  /** Downloads an object to disk. */
  download(key: string, target: string): Promise<unknown>
  /** Uploads a file. */
  upload(key: string, source: string): Promise<unknown>
  /** Writes an object from memory. */
  put(key: string, bytes: Uint8Array): Promise<unknown>
  /** Reads an object into memory. */
  get(key: string): Promise<Uint8Array>
  close(): Promise<void>
}
