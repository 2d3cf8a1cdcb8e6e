import { redact } from '@stowage/core/driver'
import { isPlainObject } from './substitute.ts'

/** What stands in place of a secret. */
export const secretMask = '***'

/** Gives the texts of an adapter's secret options, so that they can be kept out of what is shown. */
export function secretTexts(
  secretOptions: readonly string[],
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  return secretOptions.flatMap((name) => textsIn(Object.hasOwn(options, name) ? options[name] : undefined))
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** Replaces secrets in a text. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: one secret may be part of another.
  const byLength = secrets.toSorted((left, right) => right.length - left.length)
  return byLength.reduce((masked, secret) => masked.replaceAll(secret, secretMask), text)
}

/** Copies options for people to look at: secret ones, and their texts wherever else they stand, are masked. */
export function showOptions(
  options: Readonly<Record<string, unknown>>,
  secretOptions: readonly string[],
): Record<string, unknown> {
  const secrets = secretTexts(secretOptions, options)
  const shown = Object.entries(options).map(([name, value]) => {
    const isSecret = secretOptions.includes(name) && value !== undefined
    return [name, isSecret ? secretMask : showValue(value, secrets)] as const
  })
  return Object.fromEntries(shown)
}

function showValue(value: unknown, secrets: readonly string[]): unknown {
  // A URL may hold a password, and an option that is no secret somebody's token.
  if (typeof value === 'string') return redact(maskSecrets(value, secrets))
  if (Array.isArray(value)) return value.map((item: unknown) => showValue(item, secrets))
  if (typeof value !== 'object' || value === null) return value
  if (!isPlainObject(value)) return `[${value.constructor.name}]`
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, showValue(member, secrets)]))
}
