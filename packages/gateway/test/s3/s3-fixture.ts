import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type ManualClock, manualClock, type StorageDriver } from '@stowage/core/driver'
import { afterEach } from 'vitest'
import { createS3Service, type S3Service, type S3ServiceOptions } from '../../src/s3/s3-service.ts'

/** The keys every test signs with. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

/** The region of every test. */
export const region = 'us-east-1'

/** An S3 service that listens on loopback, over a storage of its own in memory. */
export interface RunningS3 {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly storage: Storage
  readonly service: S3Service
  /** Starts at the real time: SDKs sign with theirs. */
  readonly clock: ManualClock
  /** A client with direct credentials. */
  readonly client: S3Client
  makeClient(config?: S3ClientConfig): S3Client
}

const endings: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

/** Runs something after the test. */
export function atEnd(end: () => Promise<void>): void {
  endings.push(end)
}

/** Starts a service, with `public-bucket` (readable by anybody) and `bucket` in it. It ends with the test. */
export async function startS3(
  options: Partial<S3ServiceOptions> = {},
  wrap: (driver: StorageDriver) => StorageDriver = (driver) => driver,
): Promise<RunningS3> {
  const driver = await createLocalDriver({ memory: true })
  // Buckets are made by the driver itself: what wraps it may not be able to.
  const setup = options.storage ?? (createStorage(driver) as Storage)
  for (const name of ['bucket', 'public-bucket']) {
    if (!(await setup.bucket(name).exists())) await setup.bucket(name).create()
  }
  const storage = options.storage ?? (createStorage(wrap(driver)) as Storage)
  const clock = manualClock(Date.now())
  const isPublic = (bucket: string): boolean => bucket === 'public-bucket'
  const service = createS3Service({ credentials: [credentials], region, isPublic, clock, ...options, storage })
  const server = createServer((request, response) => void service.handle(request, response))

  const port = await listen(server)
  const host = `127.0.0.1:${port}`
  const clients: S3Client[] = []
  const makeClient = (config: S3ClientConfig = {}): S3Client => {
    const client = new S3Client({
      endpoint: `http://${host}`,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      ...config,
    })
    clients.push(client)
    return client
  }
  atEnd(async () => {
    for (const client of clients) client.destroy()
    server.closeAllConnections()
    await service.close()
    await new Promise((resolve) => server.close(resolve))
    await storage.close()
  })
  return { url: `http://${host}`, host, port, storage, service, clock, client: makeClient(), makeClient }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
