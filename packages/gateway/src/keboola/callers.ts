import { createHash, timingSafeEqual } from 'node:crypto'
import { KeboolaError } from './keboola-error.ts'
import type { KeboolaPermission, KeboolaSettings, KeboolaToken } from './options.ts'

const ranks: Readonly<Record<KeboolaPermission, number>> = { read: 1, write: 2, manage: 3 }

/** Who sent a request: a token, and what it may do. */
export class Caller {
  /** The number of the token. */
  readonly id: number
  /** Its name for people. */
  readonly description: string
  /** Whether it is the gateway's own, which may do everything. */
  readonly isMaster: boolean
  /** Whether it may create and delete buckets, and do everything in all of them. */
  readonly canManageBuckets: boolean
  /** Whether it sees files that others uploaded. */
  readonly canReadAllFileUploads: boolean
  /** What it may do beside that, by the id of the bucket. */
  readonly bucketPermissions: ReadonlyMap<string, KeboolaPermission>
  readonly #deniedCode: string

  constructor(id: number, token: KeboolaToken, isMaster: boolean, deniedCode: string) {
    this.id = id
    this.description = token.description ?? String(id)
    this.isMaster = isMaster
    this.canManageBuckets = isMaster || token.canManageBuckets === true
    this.canReadAllFileUploads = isMaster || token.canReadAllFileUploads === true
    this.bucketPermissions = new Map(Object.entries(token.bucketPermissions ?? {}))
    this.#deniedCode = deniedCode
  }

  /** Tells whether it may do something with a bucket. */
  may(permission: KeboolaPermission, bucketId: string): boolean {
    if (this.canManageBuckets) return true
    const granted = this.bucketPermissions.get(bucketId)
    return granted !== undefined && ranks[granted] >= ranks[permission]
  }

  /** Fails with 403 when it may not. */
  require(permission: KeboolaPermission, bucketId: string): void {
    if (!this.may(permission, bucketId)) throw this.denied(`You don't have ${permission} access to bucket ${bucketId}.`)
  }

  /** Fails with 403 when it may not create and delete buckets. */
  requireBucketManager(): void {
    if (!this.canManageBuckets) throw this.denied('The token has no permission to manage buckets.')
  }

  /** Makes a refusal for lack of permission. */
  denied(message: string): KeboolaError {
    return new KeboolaError(403, this.#deniedCode, message)
  }
}

/** The tokens of a gateway. */
export class Callers {
  /** The gateway's own. */
  readonly own: Caller
  readonly #known: readonly { readonly digest: Buffer; readonly caller: Caller }[]

  constructor({ token, tokens, guideErrors }: KeboolaSettings) {
    const own: KeboolaToken = { token, description: 'stowage@example.com' }
    const denied = guideErrors ? 'storage.accessDenied' : 'accessDenied'
    this.own = new Caller(27_978, own, true, denied)
    const others = tokens.map((one, index) => ({
      digest: digestOf(one.token),
      caller: new Caller(27_979 + index, one, false, denied),
    }))
    this.#known = [{ digest: digestOf(token), caller: this.own }, ...others]
  }

  /** Finds out who sent a request; fails with 401. */
  check(token: string | undefined): Caller {
    if (token === undefined || token === '') throw new KeboolaError(401, '', 'Access token must be set')
    const digest = digestOf(token)
    // Digests are all as long, and comparing them tells nothing about the token.
    const found = this.#known.find((one) => timingSafeEqual(one.digest, digest))
    if (found === undefined) throw new KeboolaError(401, 'storage.tokenInvalid', 'Invalid access token')
    return found.caller
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
