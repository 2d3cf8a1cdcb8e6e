import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { FileRecord } from './file-record.ts'

/** What temporary credentials are good for. */
export interface CloudGrant {
  /** The file whose bytes it is about. */
  readonly fileId: number
  /** Whether they may be read, or written. */
  readonly mode: 'read' | 'write'
  /** When it ends, in milliseconds since 1970. */
  readonly expiresMs: number
  /** Whether it stands for itself, or goes with keys that sign. */
  readonly kind: 'signed' | 'bearer'
}

/** A grant that was found out again. */
export interface FoundGrant extends CloudGrant {
  /** Whether all grants of its time were ended early. */
  readonly isRevoked: boolean
}

/** Keys of S3, with the token that goes with them. */
export interface CloudKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/**
 * Gives out temporary credentials and knows them again. Nothing of them is remembered: a token says what it is good for, and is
 * signed with a secret that outlasts a restart.
 */
export class CloudGrants {
  readonly #secret: string
  #generation = 0

  constructor(secret: string) {
    this.#secret = secret
  }

  /** Makes keys of S3. */
  issueKeys(grant: Omit<CloudGrant, 'kind'>): CloudKeys {
    const sessionToken = this.#issue({ ...grant, kind: 'signed' })
    return { ...this.keysOf(sessionToken), sessionToken }
  }

  /** Makes a token that needs no keys. */
  issueBearer(grant: Omit<CloudGrant, 'kind'>): string {
    return this.#issue({ ...grant, kind: 'bearer' })
  }

  /** Gives the keys that go with a token. */
  keysOf(token: string): Pick<CloudKeys, 'accessKeyId' | 'secretAccessKey'> {
    const id = createHash('sha256').update(token).digest('hex').slice(0, 16).toUpperCase()
    return { accessKeyId: `ASIA${id}`, secretAccessKey: this.sign('keys', token).slice(0, 40) }
  }

  /** Finds out what a token is good for; undefined for one that isn't ours. */
  find(token: string): FoundGrant | undefined {
    const [payload = '', signature = '', ...more] = token.split('.')
    if (more.length > 0 || !isSame(signature, this.sign('token', payload))) return undefined
    const text = Buffer.from(payload, 'base64url').toString()
    const [, kind, mode, id, expires, generation] = /^([sb])([rw]) (\d+) (\d+) (\d+)$/.exec(text) ?? []
    if (kind === undefined) return undefined
    return {
      fileId: Number(id),
      mode: mode === 'r' ? 'read' : 'write',
      expiresMs: Number(expires),
      kind: kind === 'b' ? 'bearer' : 'signed',
      isRevoked: Number(generation) < this.#generation,
    }
  }

  /** Ends all that were given out so far. */
  revoke(): void {
    this.#generation += 1
  }

  /** Counts up with each {@link CloudGrants.revoke}. */
  get generation(): number {
    return this.#generation
  }

  /** Signs a text for a purpose. */
  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.#secret).update(`${purpose}\n${text}`).digest('base64url')
  }

  #issue({ kind, mode, fileId, expiresMs }: CloudGrant): string {
    const text = `${kind[0]}${mode[0]} ${fileId} ${expiresMs} ${this.#generation}`
    const payload = Buffer.from(text).toString('base64url')
    return `${payload}.${this.sign('token', payload)}`
  }
}

/** Compares two signatures, taking the same time whether they are equal or not. */
export function isSame(given: string, expected: string): boolean {
  const bytes = Buffer.from(given)
  const expectedBytes = Buffer.from(expected)
  return bytes.length === expectedBytes.length && timingSafeEqual(bytes, expectedBytes)
}

/** Tells whether a name within a file's folder is one its uploader may write. */
export function isWritableName({ isSliced }: FileRecord, base: string, name: string): boolean {
  return isSliced ? name.startsWith(base) : name === base
}
