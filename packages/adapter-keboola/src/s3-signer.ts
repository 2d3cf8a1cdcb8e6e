import type { S3Client } from '@aws-sdk/client-s3'
import type { AwsAccess } from './file-answers.ts'

/** Signs requests to S3 with AWS's own client, which is loaded when the first is signed: that takes longer than most programs run. */
export class S3Signer {
  readonly #access: AwsAccess
  #client: Promise<S3Client> | undefined

  constructor(access: AwsAccess) {
    this.#access = access
  }

  /** Gives the headers of a signed request. Its body is not part of the signature: it is sent over TLS, with a checksum. */
  async sign(
    method: string,
    url: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    this.#client ??= this.#open()
    const signer = await (await this.#client).config.signer()
    const { protocol, hostname, port, host } = new URL(url)
    const { headers: signed } = await signer.sign({
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
      query: { ...query },
      headers: { ...headers, host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    } as Parameters<typeof signer.sign>[0])
    const { host: _, ...others } = signed
    return others
  }

  async #open(): Promise<S3Client> {
    const { S3Client: Client } = await import('@aws-sdk/client-s3')
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#access
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
    return new Client({ region, credentials })
  }
}
