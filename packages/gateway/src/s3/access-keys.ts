import { createHmac } from 'node:crypto'

/** A pair of keys a client signs requests with. */
export interface S3Credential {
  /** Names the pair; part of each request and no secret. */
  readonly accessKeyId: string
  /** Signs; never sent. */
  readonly secretAccessKey: string
}

/** A known pair of keys. */
export interface AccessKey extends S3Credential {
  /** Whether what it signed counts as expired. */
  readonly isExpired: boolean
}

/**
 * The keys requests may be signed with: those of clients, and one for the URLs the service signs itself.
 *
 * The latter is derived from the first client's, so that signed URLs outlast a restart; with {@link AccessKeys.expireUrls}
 * another one takes its place.
 */
export class AccessKeys {
  readonly #clients: ReadonlyMap<string, AccessKey>
  readonly #first: S3Credential
  #generation = 1

  constructor(credentials: readonly [S3Credential, ...S3Credential[]]) {
    this.#clients = new Map(credentials.map((one) => [one.accessKeyId, { ...one, isExpired: false }]))
    this.#first = credentials[0]
  }

  /** The pair that signs URLs now. */
  get urlKey(): S3Credential {
    return this.#derive(this.#generation)
  }

  /** Finds a pair by its id. */
  find(accessKeyId: string): AccessKey | undefined {
    const client = this.#clients.get(accessKeyId)
    if (client !== undefined) return client
    const generation = Number(accessKeyId.slice(accessKeyId.lastIndexOf('.') + 1))
    if (!Number.isSafeInteger(generation) || generation < 1 || generation > this.#generation) return undefined
    const derived = this.#derive(generation)
    if (derived.accessKeyId !== accessKeyId) return undefined
    return { ...derived, isExpired: generation < this.#generation }
  }

  /** Lets all URLs the service has signed so far count as expired. */
  expireUrls(): void {
    this.#generation += 1
  }

  #derive(generation: number): S3Credential {
    const accessKeyId = `${this.#first.accessKeyId}.${generation}`
    const secretAccessKey = createHmac('sha256', this.#first.secretAccessKey).update(accessKeyId).digest('base64url')
    return { accessKeyId, secretAccessKey }
  }
}
