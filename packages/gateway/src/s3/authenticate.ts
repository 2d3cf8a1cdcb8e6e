import { authenticateV2Header, authenticateV2Query } from './authenticate-v2.ts'
import { authenticateV4Header, authenticateV4Query } from './authenticate-v4.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import type { SignatureRules, SignedPayload } from './signature-check.ts'

/**
 * Checks a request's signature, in its header or its query, version 4 or 2.
 *
 * @returns what it says of the body; undefined for a request without any signature
 * @throws S3Error that says what is wrong with it
 */
export function authenticate(request: S3Request, rules: SignatureRules): SignedPayload | undefined {
  const authorization = request.headers.get('authorization')
  const isV4Query = request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature')
  const isV2Query = request.query.has('AWSAccessKeyId') || request.query.has('Signature')
  if (Number(authorization !== undefined) + Number(isV4Query) + Number(isV2Query) > 1) {
    throw new S3Error('InvalidArgument', { message: 'Only one way of signing a request may be used at once' })
  }
  if (request.header('x-amz-security-token') !== undefined && !rules.hasToken) throw new S3Error('InvalidToken')
  if (isV4Query) return authenticateV4Query(request, rules)
  if (isV2Query) return authenticateV2Query(request, rules)
  if (authorization === undefined) return undefined
  if (authorization.startsWith('AWS4-')) return authenticateV4Header(request, authorization, rules)
  if (authorization.startsWith('AWS ')) return authenticateV2Header(request, authorization, rules)
  throw new S3Error('InvalidArgument', { message: 'The authorization type is not supported' })
}
