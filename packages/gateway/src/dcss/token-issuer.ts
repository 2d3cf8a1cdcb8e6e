import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { invalidArgument } from '@stowage/core/driver'
import { type DuckietownToken, type TokenVersion, writeInstant, writeToken } from './token.ts'

/** What a minted token says. */
export interface MintOptions {
  /** Who it is for: a whole number. */
  readonly uid: number
  /** Its version. Default `dt2`. */
  readonly version?: TokenVersion | undefined
  /** When it stops holding: cut to the day for `dt1`, to the minute for `dt2`; null for never. Default null. */
  readonly expiresAt?: Date | null | undefined
  /** The scope of a `dt2` token: what it may be used for. The gateway doesn't look at it. Default: none. */
  readonly scope?: readonly (string | Readonly<Record<string, string>>)[] | undefined
}

/** Mints tokens of its own key, and knows them again. */
export class TokenIssuer {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  constructor() {
    // The curve of the service's tokens; it is too weak for new designs, and nothing else would be a Duckietown token.
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime192v1' })
    this.#privateKey = privateKey
    this.#publicKey = publicKey
  }

  /** The public key as base64 of its SPKI form, as clients that check signatures take it. */
  get publicKey(): string {
    return this.#publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  }

  /** Mints a token. */
  mint({ uid, version = 'dt2', expiresAt = null, scope }: MintOptions): string {
    if (!Number.isSafeInteger(uid)) throw invalidArgument(`the uid of a token is a whole number, not ${String(uid)}`)
    const exp = expiresAt === null ? null : writeInstant(expiresAt, version)
    const payload = Buffer.from(JSON.stringify({ uid, exp, ...(scope === undefined ? {} : { scope }) }))
    const signature = sign('sha1', payload, { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
    return writeToken(version, payload, signature)
  }

  /** Tells whether a token was minted here. */
  isOwn({ payload, signature }: DuckietownToken): boolean {
    return verify('sha1', payload, { key: this.#publicKey, dsaEncoding: 'ieee-p1363' }, signature)
  }
}
