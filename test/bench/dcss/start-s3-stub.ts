import { type BenchServer, startServer } from '../harness/start-server.ts'

/** The bucket everybody uses: that of the space `private`. */
export const bucket = 'duckietown-private-storage'

/** Keys that mean nothing: it checks none. */
export const credentials = { accessKeyId: 'STOWAGEBENCH', secretAccessKey: 'not-a-secret-at-all' } as const

/** Starts the server and waits until it listens. */
export function startS3Stub(): Promise<BenchServer> {
  return startServer(new URL('./s3-stub.ts', import.meta.url))
}
