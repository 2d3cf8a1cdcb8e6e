import { createHash } from 'node:crypto'
import { type Clock, invalidArgument } from '@stowage/core/driver'
import { readToken } from './token.ts'
import type { TokenIssuer } from './token-issuer.ts'

/**
 * The tokens that are published as samples, uid −1: the only ones that the official library accepts without its service.
 * Both have expired, and everybody knows them.
 */
export const sampleTokens: Readonly<Record<'dt1' | 'dt2', string>> = {
  dt1: 'dt1-9Hfd69b5ythetkCiNG12pKDrL987sLJT6KejWP2Eo5QQ-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfWWn6of92V5Bf8qGV24rZHe6r7sueJNtWF',
  dt2: 'dt2-FifqUXc5FqUotojkAVpYG5JWebZRH6SUHM3DRgk1kRSKdq1uKcL9CFaNT9dRhCVKwFoEnMgm6Hu6v8-43dzqWFnWd8KBa1yev1g3UKnzVxZkkTbfaF8L9aHLLmc5bPTTmQhQzybqT8rKAADZa',
}

/** What became of a token: whose it is, or why it is refused. */
export type TokenResult =
  | {
      /** Who it is for. */
      readonly uid: number
    }
  | {
      /** Why it is refused, for people. */
      readonly refusal: string
    }

/** Checks tokens: those that are registered are taken as they stand, others must be the issuer's own and hold now. */
export class TokenCheck {
  // By digest: how long a look-up takes then tells nothing of the token.
  readonly #registered = new Map<string, number>()
  readonly #issuer: TokenIssuer
  readonly #clock: Clock

  /**
   * @param registered - tokens taken whoever signed them and whatever their expiry
   * @throws StorageError `invalid-argument` for a registered text that is no token: nobody would know whose it is
   */
  constructor(registered: readonly string[], issuer: TokenIssuer, clock: Clock) {
    for (const text of registered) this.#registered.set(digest(text), uidOf(text))
    this.#issuer = issuer
    this.#clock = clock
  }

  /** Checks the token of a request. */
  check(text: string | undefined): TokenResult {
    if (text === undefined || text === '') return { refusal: 'No token was given' }
    const uid = this.#registered.get(digest(text))
    if (uid !== undefined) return { uid }
    const token = readToken(text)
    if (token === undefined || !this.#issuer.isOwn(token)) return { refusal: 'The token is not valid' }
    if (token.expiresAt !== null && token.expiresAt.getTime() < this.#clock.now()) {
      return { refusal: 'The token has expired' }
    }
    return { uid: token.uid }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

/** Gives the uid of a token; fails with `invalid-argument` for a text that is none. */
export function uidOf(text: string): number {
  const token = readToken(text)
  if (token !== undefined) return token.uid
  throw invalidArgument(
    'the token is no Duckietown token: give one of the form dt1-…-… or dt2-…-…, as the dashboard shows it',
  )
}
