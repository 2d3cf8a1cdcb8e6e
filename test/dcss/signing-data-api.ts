import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sampleTokens } from '@stowage/gateway'
import { presign, type SigningKey, type UnsignedRequest } from '../s3/presign.ts'

/** A data API of the second generation in front of any S3 server: it signs whatever the holder of its token asks for. */
export interface SigningDataApi {
  /** Its root. */
  readonly url: string
  /** The only token it takes. */
  readonly token: string
  /** How long its URLs work, in seconds. Change it to hand out others. */
  expiresInSeconds: number
  /** Stops it. */
  close(): Promise<void>
}

const methods: Readonly<Record<string, string>> = {
  get_object: 'GET',
  head_object: 'HEAD',
  put_object: 'PUT',
  delete_object: 'DELETE',
  list_objects_v2: 'GET',
}

/** Starts one on loopback. */
export async function startSigningDataApi(s3: SigningKey & { readonly url: string }): Promise<SigningDataApi> {
  const token = sampleTokens.dt1
  const server = createServer((request, response) => {
    const unsigned = request.headers.authorization === `Token ${token}` ? readRequest(request, s3.url) : undefined
    response.setHeader('content-type', 'application/json')
    if (unsigned === undefined) return response.end(JSON.stringify({ success: false, messages: ['refused'] }))
    const result = { url: presign(unsigned, s3, api.expiresInSeconds) }
    return response.end(JSON.stringify({ success: true, result }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const api: SigningDataApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    expiresInSeconds: 3600,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return api
}

function readRequest({ url = '', headers }: IncomingMessage, origin: string): UnsignedRequest | undefined {
  const [, action = '', bucket = '', object = ''] =
    /^\/api\/v1\/dcss\/authorize\/([a-z0-9_]+)\/([^/]+)\/([^]*)$/.exec(url) ?? []
  const method = methods[action]
  if (method === undefined) return undefined
  const key = decodeURIComponent(object)
  if (action === 'list_objects_v2') {
    return { method, origin, path: `/${bucket}`, query: { 'list-type': '2', prefix: key } }
  }
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return { method, origin, path: `/${bucket}/${key}`, headers: Object.fromEntries(metadata) as Record<string, string> }
}
