import type { AnonymousAccess } from './bucket-access.ts'
import { S3Error } from './s3-error.ts'

const maxPolicyBytes = 20 * 1024

/**
 * Reads a bucket policy that lets anybody read objects, list them, or both.
 *
 * @throws S3Error `MalformedPolicy` for what is no policy, `NotImplemented` for one that says anything else: half a policy must
 * not count as a whole one
 */
export function readPolicy(text: string, bucket: string): AnonymousAccess {
  if (Buffer.byteLength(text) > maxPolicyBytes) throw malformed('it is larger than 20 KiB')
  const { Statement: statements } = parseObject(text)
  let grants: AnonymousAccess = { read: false, list: false }
  for (const statement of listOf(statements)) grants = { ...grants, ...readStatement(statement, bucket) }
  return grants
}

function readStatement(statement: unknown, bucket: string): Partial<AnonymousAccess> {
  if (!isObject(statement)) throw malformed('a statement is no object')
  const known = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource'])
  const others = Object.keys(statement).filter((name) => !known.has(name))
  if (others.length > 0) throw unserved(others.join(', '))
  const { Effect: effect, Principal: principal, Action: actions, Resource: resources } = statement
  if (effect !== 'Allow') throw unserved(`Effect ${JSON.stringify(effect)}`)
  if (!isAnybody(principal)) throw unserved('a Principal other than "*"')
  const targets = new Set(listOf(resources))
  const grants: { read?: boolean; list?: boolean } = {}
  for (const action of listOf(actions)) {
    const { grant, resource } = servedAction(action, bucket)
    if (!targets.has(resource)) throw unserved(`${String(action)} on anything but ${resource}`)
    grants[grant] = true
  }
  const served = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]
  const strange = [...targets].filter((target) => !served.includes(String(target)))
  if (strange.length > 0) throw unserved(`Resource ${JSON.stringify(strange)}`)
  return grants
}

function servedAction(
  action: unknown,
  bucket: string,
): { readonly grant: keyof AnonymousAccess; readonly resource: string } {
  if (action === 's3:GetObject') return { grant: 'read', resource: `arn:aws:s3:::${bucket}/*` }
  if (action === 's3:ListBucket') return { grant: 'list', resource: `arn:aws:s3:::${bucket}` }
  throw unserved(`Action ${JSON.stringify(action)}`)
}

function isAnybody(principal: unknown): boolean {
  if (principal === '*') return true
  return isObject(principal) && Object.keys(principal).length === 1 && listOf(principal['AWS']).join() === '*'
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Said below.
  }
  throw malformed('it is no JSON object')
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) throw malformed('a statement lacks one of Effect, Principal, Action and Resource')
  return Array.isArray(value) ? value : [value]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(how: string): S3Error {
  return new S3Error('MalformedPolicy', { message: `The policy is not valid: ${how}` })
}

function unserved(what: string): S3Error {
  const message = `Only policies that let anybody (Principal "*") s3:GetObject and s3:ListBucket are served, not ${what}`
  return new S3Error('NotImplemented', { message })
}
