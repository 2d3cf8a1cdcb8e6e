/** What the benchmark of small files needs of a library. */
export interface FileStore {
  put(key: string, bytes: Uint8Array): Promise<void>
  get(key: string): Promise<Uint8Array>
  close(): Promise<void>
}
