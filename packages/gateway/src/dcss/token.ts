import { base58 } from '@scure/base'

/** The version of a Duckietown token: `dt1` since 2017, `dt2` since 2023. */
export type TokenVersion = 'dt1' | 'dt2'

/** A token taken apart. That it is one says nothing of whether it holds. */
export interface DuckietownToken {
  /** Its version. */
  readonly version: TokenVersion
  /** Who it is for; the sample tokens have −1. */
  readonly uid: number
  /** When it stops holding; null for never. */
  readonly expiresAt: Date | null
  /** What is signed. */
  readonly payload: Uint8Array
  /** The signature: 48 bytes. */
  readonly signature: Uint8Array
}

const signatureBytes = 48
// Tokens are some hundred characters long. Decoding takes time that grows with the square of the length.
const longestToken = 4096

/** Takes a token apart: `VERSION-PAYLOAD-SIGNATURE`. Gives undefined for what is none. */
export function readToken(text: string): DuckietownToken | undefined {
  if (text.length > longestToken) return undefined
  const [version, payloadText, signatureText, ...rest] = text.split('-')
  if ((version !== 'dt1' && version !== 'dt2') || rest.length > 0) return undefined
  const payload = decodeBase58(payloadText)
  const signature = decodeBase58(signatureText)
  if (payload === undefined || signature?.byteLength !== signatureBytes) return undefined
  const facts = readPayload(payload, version)
  return facts === undefined ? undefined : { version, payload, signature, ...facts }
}

function decodeBase58(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || !/^[1-9A-HJ-NP-Za-km-z]+$/.test(text)) return undefined
  return base58.decode(text)
}

function readPayload(
  payload: Uint8Array,
  version: TokenVersion,
): Pick<DuckietownToken, 'uid' | 'expiresAt'> | undefined {
  const value = parseJson(payload)
  if (typeof value !== 'object' || value === null || !('uid' in value) || !('exp' in value)) return undefined
  const { uid, exp } = value
  if (!Number.isSafeInteger(uid)) return undefined
  const expiresAt = exp === null ? null : readInstant(exp, version)
  return expiresAt === undefined ? undefined : { uid: uid as number, expiresAt }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const instantForms: Readonly<Record<TokenVersion, RegExp>> = {
  dt1: /^(\d{4}-\d\d-\d\d)$/,
  dt2: /^(\d{4}-\d\d-\d\d)\/(\d\d:\d\d)$/,
}

function readInstant(text: unknown, version: TokenVersion): Date | undefined {
  const [, day, time = '00:00'] = instantForms[version].exec(String(text)) ?? []
  const instant = new Date(`${day}T${time}:00Z`)
  // A date such as February 30 rolls over to one that reads otherwise.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(`${day}T${time}`)) return undefined
  return instant
}

/** Writes an instant as tokens do: `dt1` to the day, `dt2` to the minute, in UTC. */
export function writeInstant(instant: Date, version: TokenVersion): string {
  const text = instant.toISOString()
  return version === 'dt1' ? text.slice(0, 10) : `${text.slice(0, 10)}/${text.slice(11, 16)}`
}

/** Puts a token together. */
export function writeToken(version: TokenVersion, payload: Uint8Array, signature: Uint8Array): string {
  return `${version}-${base58.encode(payload)}-${base58.encode(signature)}`
}
