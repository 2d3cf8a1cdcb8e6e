import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { type DcssGateway, type DcssGatewayOptions, startDcssGateway } from '@stowage/gateway'
import { onTestFinished } from 'vitest'
import { createDcssDriver, type DcssClient, type DcssOptions } from '../src/index.ts'

/** The service's test double, and how to open it. */
export interface DcssFixture {
  /** The double. */
  readonly gateway: DcssGateway
  /** What the double stores. */
  readonly stored: Storage
  /** Opens it with a token. */
  readonly open: (options?: DcssOptions) => Storage<DcssClient>
  /** Opens it with credentials for S3. */
  readonly openDirect: (options?: DcssOptions) => Storage<DcssClient>
}

/** Starts the service's test double for one test. */
export async function startDcss(options: Partial<DcssGatewayOptions> = {}): Promise<DcssFixture> {
  const stored = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startDcssGateway({ storage: stored, ...options })
  onTestFinished(async () => {
    await gateway.close()
    await stored.close()
  })
  const place = { dataApiUrl: gateway.url, s3Url: gateway.s3Url }
  const start = (given: DcssOptions): Storage<DcssClient> => {
    const storage = createStorage(createDcssDriver({ ...place, ...given }, { environment: {} }))
    onTestFinished(() => storage.close())
    return storage as Storage<DcssClient>
  }
  const { accessKeyId, secretAccessKey, token } = gateway
  return {
    gateway,
    stored,
    open: (given = {}) => start({ token, ...given }),
    openDirect: (given = {}) => start({ accessKeyId, secretAccessKey, ...given }),
  }
}
