import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { base58 } from '@scure/base'
import { StorageError } from '@stowage/core/driver'

/** What a Duckietown token says, read offline. The token itself stays a secret. */
export interface DuckietownToken {
  /** The generation of its format. */
  readonly version: 'dt1' | 'dt2'
  /** Whose it is; the folder of the space `user` is named after it. */
  readonly uid: number
  /** When it stops working; undefined for never. */
  readonly expiresAt: Date | undefined
  /**
   * Whether its signature is by a key we know: `valid`, `invalid`, or `unchecked` where this runtime has no curve P-192 (BoringSSL, FIPS).
   */
  readonly signature: 'valid' | 'invalid' | 'unchecked'
  /** What it may be used for, as it says; the service has the last word. Empty in most tokens. */
  readonly scope: readonly unknown[]
  /** The token, for a header: never for a message. */
  readonly text: string
}

/** The public keys of Duckietown, one for each generation: base64 of SPKI DER (contract section 4). */
export const duckietownPublicKeys: Readonly<Record<DuckietownToken['version'], string>> = {
  dt1: 'MEkwEwYHKoZIzj0CAQYIKoZIzj0DAQEDMgAEQr/8RJmJZT+Bh1YMb1aqc2ao5teEixOeCMGTO79Dbvw5dGmHJLYyNPwnKkWayyJS',
  dt2: 'MEkwEwYHKoZIzj0CAQYIKoZIzj0DAQEDMgAEHIqMBPGB2tzRgrMKhQSkEiKQ317qmsEAqq1CS86oV1vjHYVq6FLvtnDsuWzbW2Nz',
}

const signatureBytes = 48

/**
 * Reads a token: its shape, uid and expiry, and checks its signature. Sends nothing.
 *
 * @param text - `dt1-…-…` or `dt2-…-…`
 * @param furtherKeys - public keys beside Duckietown's, base64 of SPKI DER: for a service of one's own
 * @throws StorageError `unauthenticated` for a text that is no token; an expired or wrongly signed one is given back as such
 */
export function parseToken(text: string, furtherKeys: readonly string[] = []): DuckietownToken {
  const [version, payloadText, signatureText, ...rest] = text.split('-')
  if (
    (version !== 'dt1' && version !== 'dt2') ||
    payloadText === undefined ||
    signatureText === undefined ||
    rest.length > 0
  ) {
    throw malformed(text, 'it must read dt1-…-… or dt2-…-…')
  }
  const payload = decode(text, payloadText)
  const signature = decode(text, signatureText)
  if (signature.length !== signatureBytes)
    throw malformed(text, `its signature is ${signature.length} bytes long, not 48`)
  const { uid, exp, scope } = readPayload(text, payload)
  return {
    version,
    uid,
    expiresAt: readExpiry(text, version, exp),
    signature: checkSignature([duckietownPublicKeys[version], ...furtherKeys], payload, signature),
    scope: Array.isArray(scope) ? scope : [],
    text,
  }
}

function decode(text: string, part: string): Uint8Array {
  try {
    return base58.decode(part)
  } catch {
    throw malformed(text, 'it holds characters that are not base58')
  }
}

function readPayload(text: string, payload: Uint8Array): { uid: number; exp: unknown; scope: unknown } {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw malformed(text, 'its payload is not JSON')
  }
  if (typeof value !== 'object' || value === null || !('uid' in value) || !('exp' in value)) {
    throw malformed(text, 'its payload lacks uid or exp')
  }
  const { uid, exp } = value
  if (typeof uid !== 'number' || !Number.isSafeInteger(uid)) throw malformed(text, 'its uid is not a whole number')
  return { uid, exp, scope: 'scope' in value ? value.scope : undefined }
}

/** `exp` is null, or UTC text: a day in dt1, a minute in dt2 (contract section 4). */
function readExpiry(text: string, version: DuckietownToken['version'], exp: unknown): Date | undefined {
  if (exp === null) return undefined
  const shape = version === 'dt1' ? /^(\d{4}-\d{2}-\d{2})$/ : /^(\d{4}-\d{2}-\d{2})\/(\d{2}:\d{2})$/
  const [, day, time = '00:00'] = typeof exp === 'string' ? (shape.exec(exp) ?? []) : []
  const instant = new Date(`${day}T${time}:00Z`)
  if (day === undefined || Number.isNaN(instant.getTime())) throw malformed(text, 'its expiry is not a date')
  return instant
}

/** The payload is checked as the bytes it came in: its keys stand in another order in each generation. */
function checkSignature(
  keys: readonly string[],
  payload: Uint8Array,
  signature: Uint8Array,
): DuckietownToken['signature'] {
  let isUnchecked = false
  for (const text of keys) {
    const key = readKey(text)
    if (key === undefined) isUnchecked = true
    else if (verify('sha1', payload, { key, dsaEncoding: 'ieee-p1363' }, signature)) return 'valid'
  }
  return isUnchecked ? 'unchecked' : 'invalid'
}

function readKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch {
    // The runtime's cryptography has no P-192.
    return undefined
  }
}

function malformed(text: string, what: string): StorageError {
  const shown = text.length > 12 ? `…${text.slice(-3)}` : '…'
  const message = `the Duckietown token ${shown} can't be read: ${what}; copy it anew from your Duckietown profile`
  return new StorageError({ code: 'unauthenticated', message })
}
