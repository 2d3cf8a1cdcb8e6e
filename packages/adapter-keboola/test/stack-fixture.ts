import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createKeboolaClient, type KeboolaClient } from '../src/client.ts'
import { file, job, token } from './wire-fixture.ts'

/** A request as the stack or a file host saw it. */
export interface StackRequest {
  /** Method and path with query, as they were sent. */
  readonly line: string
  /** The headers, lower-case names. */
  readonly headers: IncomingMessage['headers']
  /** The body. */
  readonly body: Buffer
}

/** An answer: status, headers, body; or whatever is done with the connection. */
export type StackAnswer =
  | readonly [status: number, body?: string | Uint8Array | object, headers?: Readonly<Record<string, string>>]
  | ((response: ServerResponse) => void)

/** A stack that is also its own file host, on this machine. */
export interface Stack {
  /** Its URL. */
  readonly url: string
  /** What it was asked. */
  readonly requests: StackRequest[]
  /** A client of it. */
  readonly client: KeboolaClient
  /** Requests of file hosts: all that are not the Storage API's. */
  readonly toFileHosts: () => StackRequest[]
}

/** Starts one for one test. */
export async function startStack(answer: (request: StackRequest, url: string) => StackAnswer): Promise<Stack> {
  const requests: StackRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const seen = { line: `${request.method} ${request.url}`, headers: request.headers, body: Buffer.concat(chunks) }
      requests.push(seen)
      send(response, answer(seen, url))
    })
    request.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createKeboolaClient(
    { url, token, pollFirstMs: 1, pollMaxMs: 2 },
    { environment: {}, clock: quickClock },
  )
  onTestFinished(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  const toFileHosts = (): StackRequest[] => requests.filter(({ line }) => !line.includes('/v2/storage/'))
  return { url, requests, client, toFileHosts }
}

/** Waits for nothing. */
const quickClock = {
  now: (): number => Date.now(),
  sleep: async (_: number, signal?: AbortSignal): Promise<void> => signal?.throwIfAborted(),
}

function send(response: ServerResponse, answer: StackAnswer): void {
  if (typeof answer === 'function') return answer(response)
  const [status, body = '', headers = {}] = answer
  const isData = typeof body === 'string' || body instanceof Uint8Array
  const bytes = Buffer.from(isData ? body : JSON.stringify(body))
  const type = isData ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.byteLength, ...headers })
  response.end(bytes)
}

/** What a stack answers to `files/prepare`, by provider. */
export function prepared(provider: 'aws' | 'azure' | 'gcp', url: string): object {
  const key = 'exp 15/1/orders.csv'
  const credentials = { AccessKeyId: 'AKIA', SecretAccessKey: 's3-secret', SessionToken: 's3-session' }
  const ways = {
    aws: {
      uploadParams: { key, bucket: 'kbc-files', acl: 'private', 'x-amz-server-side-encryption': 'AES256', credentials },
    },
    azure: {
      absUploadParams: {
        blobName: key,
        accountName: 'acc',
        container: 'cont',
        absCredentials: {
          SASConnectionString: `BlobEndpoint=${url}/blob;SharedAccessSignature=sv=2017&sp=rwl&sig=a%2Bb==`,
        },
      },
    },
    gcp: { gcsUploadParams: { key, bucket: 'kbc-files', access_token: 'gcs-token', token_type: 'Bearer' } },
  }
  return { ...file, provider, ...ways[provider] }
}

/** What a stack answers to `files/{id}`, by provider; sliced or not. */
export function readable(provider: 'aws' | 'azure' | 'gcp', url: string, isSliced: boolean): object {
  const key = 'exp-2/9/555.csv'
  const credentials = { AccessKeyId: 'AKIA', SecretAccessKey: 's3-secret', SessionToken: 's3-session' }
  const ways = {
    aws: { credentials, s3Path: { bucket: 'kbc-files', key } },
    azure: {
      absCredentials: {
        SASConnectionString: `BlobEndpoint=${url}/blob;SharedAccessSignature=sv=2017&sp=rl&sig=a%2Bb==`,
      },
      absPath: { container: 'cont', name: key },
    },
    gcp: { gcsCredentials: { access_token: 'gcs-token' }, gcsPath: { bucket: 'kbc-files', key } },
  }
  return { ...file, provider, isSliced, url: `${url}/signed/555?sig=x`, ...ways[provider] }
}

/** A job that was done at once. */
export const doneJob: object = { ...job, results: null }
