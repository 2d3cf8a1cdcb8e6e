import { type AdapterServices, type Logger, registerSecret, StorageError } from '@stowage/core/driver'
import { ByteTransport, checkBaseUrl } from '@stowage/http'
import { Authorizer } from './authorizer.ts'
import { DirectSigner, type S3Credentials } from './direct-signer.ts'
import { PartFolder } from './fold-parts.ts'
import { FileListing } from './listing.ts'
import type { CheckedDcssOptions } from './options.ts'
import { ObjectLookup } from './parts.ts'
import { ObjectPutter } from './put-object.ts'
import { ObjectReader } from './read-object.ts'
import { ObjectRemover } from './remove-objects.ts'
import { S3Address } from './s3-address.ts'
import { S3Clients } from './s3-clients.ts'
import { S3Requests } from './s3-requests.ts'
import { Space } from './spaces.ts'
import { StaleParts } from './stale-parts.ts'
import { type DuckietownToken, parseToken } from './token.ts'
import { ObjectWriter } from './write-object.ts'

/** Everything that talks to the service, put together once. */
export interface DcssWire {
  /** The options it was made with. */
  readonly options: CheckedDcssOptions
  /** What the token says; undefined without one. */
  readonly token: DuckietownToken | undefined
  /** Whether it goes to S3 with credentials of its own. */
  readonly isDirect: boolean
  /** Signs URLs at the data API; undefined without a token. */
  readonly authorizer: Authorizer | undefined
  /** Signs by itself; undefined without credentials. */
  readonly signer: DirectSigner | undefined
  /** Where buckets are. */
  readonly address: S3Address
  /** AWS's client. */
  readonly clients: S3Clients
  /** Sends requests for objects. */
  readonly requests: S3Requests
  /** Looks at objects. */
  readonly lookup: ObjectLookup
  /** Reads files. */
  readonly reader: ObjectReader
  /** Writes files. */
  readonly writer: ObjectWriter
  /** Deletes files. */
  readonly remover: ObjectRemover
  /** Lists files. */
  readonly listing: FileListing
  /** Opens a space; sends nothing, for names are buckets (contract section 2). */
  space(name: string): Space
  /** Closes all connections. */
  close(): void
}

/** Puts together what talks to the service. Sends nothing. */
export function createWire(options: CheckedDcssOptions, { clock, logger, fetch }: AdapterServices): DcssWire {
  const { region, allowInsecure, s3Url, publicUrl, generation, partBytes, verify } = options
  const token = readToken(options, clock.now(), logger)
  const credentials = credentialsOf(options)
  const transport = new ByteTransport({ allowInsecure })
  const address = new S3Address({ endpoint: s3Url, region, allowInsecure })
  const signer = credentials === undefined ? undefined : new DirectSigner(credentials, region)
  const authorizer =
    token === undefined
      ? undefined
      : new Authorizer({ generation, baseUrl: options.dataApiUrl, token: token.text, fetch, allowInsecure })
  const uid = options.impersonate || token?.uid
  const spaces = {
    bucketPrefix: options.bucketPrefix,
    bucketTemplate: options.bucketTemplate,
    address,
    publicUrl: publicUrl === undefined ? undefined : checkBaseUrl(publicUrl, { name: 'publicUrl', allowInsecure }).href,
    authorizer,
    signer,
    uid,
    userKeys: options.userKeys,
  }
  const clients = new S3Clients({ transport, region, endpoint: address.endpoint, credentials })
  const requests = new S3Requests(transport, clock)
  const lookup = new ObjectLookup(requests, options.strictParts)
  const reader = new ObjectReader(requests, lookup)
  const remover = new ObjectRemover(requests, lookup)
  const putter = new ObjectPutter(requests, lookup)
  const stale = new StaleParts(lookup, clients, clock)
  const writer = new ObjectWriter(
    { putter, lookup, reader, remover, stale },
    { partBytes, verify, ownerId: token?.uid ?? 0, logger },
  )
  const listing = new FileListing(clients, new PartFolder(lookup, partBytes), options.listStrategy)
  const close = (): void => transport.close()
  const isDirect = signer !== undefined
  const parts = { clients, requests, lookup, reader, writer, remover, listing }
  let hasWarned = false
  const space = (name: string): Space => {
    const opened = new Space(name, spaces)
    if (options.impersonate && opened.name !== 'user' && !hasWarned) {
      hasWarned = true
      logger.warn(`impersonate means something in the space user only, not in ${opened.name}`)
    }
    return opened
  }
  return { options, token, isDirect, authorizer, signer, address, ...parts, space, close }
}

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: CheckedDcssOptions): S3Credentials | undefined {
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** The official client checks the signature when it is made, and lets an expired token pass (contract section 4). */
function readToken(
  { token: text, verifyToken, publicKeys, rejectExpired }: CheckedDcssOptions,
  nowMs: number,
  logger: Logger,
): DuckietownToken | undefined {
  if (text === undefined) return undefined
  registerSecret(text)
  const token = parseToken(text, publicKeys)
  const shown = `…${text.slice(-3)}`
  if (verifyToken && token.signature === 'invalid') {
    const message = `the signature of the Duckietown token ${shown} is wrong: copy it anew, or give the service's key in publicKeys`
    throw new StorageError({ code: 'unauthenticated', message })
  }
  if (verifyToken && token.signature === 'unchecked') {
    logger.warn(`this runtime can't check the signature of the Duckietown token ${shown}: it lacks the curve P-192`)
  }
  if (token.expiresAt === undefined || token.expiresAt.getTime() >= nowMs) return token
  const message = `the Duckietown token ${shown} expired on ${token.expiresAt.toISOString()}: get a new one from your Duckietown profile`
  if (rejectExpired) throw new StorageError({ code: 'unauthenticated', message, nativeCode: 'ExpiredToken' })
  logger.warn(message)
  return token
}
