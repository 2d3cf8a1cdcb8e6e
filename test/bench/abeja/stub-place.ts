import { type BenchServer, startServer } from '../harness/start-server.ts'

/** The organization. */
export const organizationId = '1402938475610'

/** The channel everybody uses. */
export const channelId = '1519283746501'

/** The bucket everybody uses. */
export const bucketId = '1620394857612'

/** The bucket's files, below the server. */
export const bucketPath: string = `organizations/${organizationId}/buckets/${bucketId}/files`

/** A token that means nothing: nobody checks it. */
export const authToken = 'not-a-secret-at-all'

/** Starts the server and waits until it listens. */
export function startAbejaStub(): Promise<BenchServer> {
  return startServer(new URL('./abeja-stub.ts', import.meta.url))
}
