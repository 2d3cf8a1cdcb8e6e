import { createHash } from 'node:crypto'
import { AbejaError } from './abeja-error.ts'
import type { AbejaRole, AbejaSettings } from './options.ts'

/** Who sends a request. */
export type Caller =
  | {
      /** A person. */
      readonly kind: 'user'
      /** What they may do. */
      readonly role: AbejaRole
    }
  | {
      /** A device or server that may use the channels it is connected to. */
      readonly kind: 'datasource'
      /** Its id. */
      readonly id: string
    }

/** Checks credentials: the token of a user, and the pairs of users and datasources. */
export class Credentials {
  // By digest: how long a look-up takes then tells nothing of the secret.
  readonly #callers = new Map<string, Caller>()

  constructor({ users, datasources }: Pick<AbejaSettings, 'users' | 'datasources'>) {
    for (const { id, role = 'developer', personalAccessToken, authToken } of users) {
      const caller: Caller = { kind: 'user', role }
      this.#add('basic', `user-${id}:${personalAccessToken}`, caller)
      if (authToken !== undefined) this.#add('bearer', authToken, caller)
    }
    for (const { id, secret } of datasources)
      this.#add('basic', `datasource-${id}:${secret}`, { kind: 'datasource', id })
  }

  #add(scheme: string, secret: string, caller: Caller): void {
    this.#callers.set(digest(scheme, secret), caller)
  }

  /** Tells who a request is from; refuses one that doesn't prove it. */
  check(authorization: string | undefined): Caller {
    if (authorization === undefined) throw new AbejaError(401, 'no credential was given')
    const [, scheme = '', value = ''] = /^(basic|bearer) +(\S+) *$/i.exec(authorization) ?? []
    const isBasic = scheme.toLowerCase() === 'basic'
    const secret = isBasic ? Buffer.from(value, 'base64').toString() : value
    const caller = this.#callers.get(digest(scheme.toLowerCase(), secret))
    if (caller === undefined) throw new AbejaError(401, 'the credential is not valid')
    return caller
  }
}

function digest(scheme: string, secret: string): string {
  return createHash('sha256').update(`${scheme} ${secret}`).digest('base64')
}
