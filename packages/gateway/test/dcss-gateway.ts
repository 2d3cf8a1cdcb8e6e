import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { onTestFinished } from 'vitest'
import { type DcssGateway, startDcssGateway } from '../src/dcss/dcss-gateway.ts'
import type { DcssGatewayOptions } from '../src/dcss/options.ts'

/** A gateway over a fresh storage in memory, until the test ends. */
export interface TestGateway extends DcssGateway {
  readonly storage: Storage
}

/** Starts a gateway. */
export async function startGateway(options: Partial<DcssGatewayOptions> = {}): Promise<TestGateway> {
  const storage = options.storage ?? createStorage(await createLocalDriver({ memory: true }))
  onTestFinished(() => storage.close())
  const gateway = await startDcssGateway({ closeDeadlineMs: 200, ...options, storage })
  onTestFinished(() => gateway.close())
  return { ...gateway, storage }
}

/** Whose data API is asked, and how. */
export interface AuthorizeOptions {
  /** Default v2. */
  readonly generation?: 'v1' | 'v2'
  /** Default: the gateway's own. */
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Gives the URL of an authorization. The object comes percent-encoded. */
export function authorizeUrl({ url }: DcssGateway, path: string, generation: 'v1' | 'v2' = 'v2'): string {
  return `${url}${generation === 'v1' ? '/v1/' : '/api/v1/dcss/authorize/'}${path}`
}

/** Asks the data API. */
export function authorize(gateway: DcssGateway, path: string, options: AuthorizeOptions = {}): Promise<Response> {
  const { generation = 'v2', headers = {} } = options
  const token = 'token' in options ? options.token : gateway.token
  const credential = generation === 'v1' ? { 'x-duckietown-token': `${token}` } : { authorization: `Token ${token}` }
  return fetch(authorizeUrl(gateway, path, generation), {
    headers: { ...(token === undefined ? {} : credential), ...headers },
  })
}

/** Asks for a signed URL, and fails when there is none. */
export async function signedUrl(gateway: DcssGateway, path: string, options: AuthorizeOptions = {}): Promise<string> {
  const answer = await authorize(gateway, path, options)
  const body: unknown = await answer.json()
  const { url } = ((body as { result?: object }).result ?? (body as { data?: object }).data) as { url: string }
  return url
}
