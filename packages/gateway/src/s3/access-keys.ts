import { createHmac, type KeyObject } from 'node:crypto'
import { scopeText, signingKey, type V4Scope } from './signature-v4.ts'

/** A pair of keys a client signs requests with. */
export interface S3Credential {
  /** Names the pair; part of each request and no secret. */
  readonly accessKeyId: string
  /** Signs; never sent. */
  readonly secretAccessKey: string
}

/** A known pair of keys. */
export class AccessKey implements S3Credential {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Whether what it signed counts as expired. */
  isExpired = false
  #scope = ''
  #v4Key: KeyObject | undefined

  constructor({ accessKeyId, secretAccessKey }: S3Credential) {
    this.accessKeyId = accessKeyId
    this.secretAccessKey = secretAccessKey
  }

  /** Gives the key for signatures of version 4. It costs more than all the rest of checking one, and holds for a day. */
  v4Key(scope: V4Scope): KeyObject {
    const name = scopeText(scope)
    if (this.#v4Key === undefined || this.#scope !== name) {
      this.#v4Key = signingKey(this.secretAccessKey, scope)
      this.#scope = name
    }
    return this.#v4Key
  }
}

/**
 * The keys requests may be signed with: those of clients, and one for the URLs the service signs itself.
 *
 * The latter is derived from the first client's, so that signed URLs outlast a restart; with {@link AccessKeys.expireUrls}
 * another one takes its place.
 */
export class AccessKeys {
  readonly #clients: ReadonlyMap<string, AccessKey>
  readonly #derived = new Map<string, AccessKey>()
  readonly #first: S3Credential
  #urlKey: AccessKey

  constructor(credentials: readonly [S3Credential, ...S3Credential[]]) {
    this.#clients = new Map(credentials.map((one) => [one.accessKeyId, new AccessKey(one)]))
    this.#first = credentials[0]
    this.#urlKey = this.#derive()
  }

  /** The pair that signs URLs now. */
  get urlKey(): AccessKey {
    return this.#urlKey
  }

  /** Finds a pair by its id. */
  find(accessKeyId: string): AccessKey | undefined {
    return this.#clients.get(accessKeyId) ?? this.#derived.get(accessKeyId)
  }

  /** Lets all URLs the service has signed so far count as expired. */
  expireUrls(): void {
    this.#urlKey.isExpired = true
    this.#urlKey = this.#derive()
  }

  #derive(): AccessKey {
    const accessKeyId = `${this.#first.accessKeyId}.${this.#derived.size + 1}`
    const secretAccessKey = createHmac('sha256', this.#first.secretAccessKey).update(accessKeyId).digest('base64url')
    const key = new AccessKey({ accessKeyId, secretAccessKey })
    this.#derived.set(accessKeyId, key)
    return key
  }
}
