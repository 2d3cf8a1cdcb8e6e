import { AccessKey, type S3Credential } from './access-keys.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

/** What temporary credentials stand for. */
export interface S3Session {
  /** The keys that requests are signed with; undefined for a bearer, whose token alone is enough. */
  readonly credential: S3Credential | undefined
  /** Whether their time is over. */
  readonly isExpired: boolean
  /** Tells whether they are good for a request. */
  allows(request: S3Request): boolean
}

/** Temporary credentials: each goes with a token that requests carry. */
export interface S3Sessions {
  /**
   * Finds what a token stands for; undefined for one that is none.
   *
   * @param isBearer - whether it was sent as `Authorization: Bearer` instead of `X-Amz-Security-Token`
   */
  find(token: string, isBearer: boolean): S3Session | undefined
}

const bearer = /^Bearer +/i

/**
 * Finds the temporary credentials a request is sent with; undefined for one without a token.
 *
 * @throws S3Error `InvalidToken` for a token that is none
 */
export function findSession(request: S3Request, sessions: S3Sessions | undefined): S3Session | undefined {
  const authorization = request.headers.get('authorization') ?? ''
  const isBearer = sessions !== undefined && bearer.test(authorization)
  const signed = request.headers.get('x-amz-security-token') ?? request.query.get('X-Amz-Security-Token')
  const token = isBearer ? authorization.replace(bearer, '') : signed
  if (token === undefined) return undefined
  const session = sessions?.find(token, isBearer)
  if (session === undefined || isBearer !== (session.credential === undefined)) throw new S3Error('InvalidToken')
  return session
}

/** Gives the keys of a session, for checking a signature. */
export function keysOfSession(credential: S3Credential): { find(accessKeyId: string): AccessKey | undefined } {
  const key = new AccessKey(credential)
  return { find: (accessKeyId) => (accessKeyId === key.accessKeyId ? key : undefined) }
}

/** Refuses what a session isn't good for. */
export function requireAllowed(session: S3Session, request: S3Request): void {
  if (session.isExpired) throw new S3Error('ExpiredToken')
  if (!session.allows(request)) throw new S3Error('AccessDenied')
}
