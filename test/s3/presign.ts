import { createHash, createHmac } from 'node:crypto'

/** A request that is to be signed. */
export interface UnsignedRequest {
  /** The method, in capitals. */
  readonly method: string
  /** The server's root, without a path. */
  readonly origin: string
  /** The path, unescaped: bucket and key. */
  readonly path: string
  /** Parameters. */
  readonly query?: Readonly<Record<string, string>>
  /** Headers that must be sent with it, lower-case, beside `host`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Who signs. */
export interface SigningKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

/** Signs a URL by version 4, as S3's documentation describes it: written here once more, so that no package is judged by itself. */
export function presign(request: UnsignedRequest, key: SigningKey, expiresInSeconds: number): string {
  const { origin, path, query = {}, headers = {} } = request
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${time.slice(0, 8)}/${key.region}/s3/aws4_request`
  const signed = sortByName({ ...headers, host: new URL(origin).host })
  const parameters = sortByName({
    ...query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${key.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expiresInSeconds),
    'X-Amz-SignedHeaders': signed.map(([name]) => name).join(';'),
  })
  const queryText = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  const pathText = path.split('/').map(encode).join('/')
  const headerText = signed.map(([name, value]) => `${name}:${value.trim()}\n`).join('')
  const names = signed.map(([name]) => name).join(';')
  const canonical = [request.method, pathText, queryText, headerText, names, 'UNSIGNED-PAYLOAD'].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const signature = hmac(signingKey(key, time), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).toString('hex')
  return `${origin}${pathText}?${queryText}&X-Amz-Signature=${signature}`
}

function signingKey({ secretAccessKey, region }: SigningKey, time: string): Buffer {
  const parts = [time.slice(0, 8), region, 's3', 'aws4_request']
  return parts.reduce<Buffer>((made, part) => hmac(made, part), Buffer.from(`AWS4${secretAccessKey}`))
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sortByName(entries: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(entries).toSorted(([one], [other]) => (one < other ? -1 : 1))
}

function encode(text: string): string {
  const escaped = encodeURIComponent(text)
  return escaped.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
