import { invalidField } from './abeja-error.ts'

const dayMs = 24 * 60 * 60 * 1000

const lengths = {
  '1day': dayMs,
  '1week': 7 * dayMs,
  '1month': 30 * dayMs,
  '6months': 180 * dayMs,
  '1year': 365 * dayMs,
} as const

/** How long a file is kept. */
export type Lifetime = keyof typeof lengths

/** Tells whether a text is a lifetime. */
export function isLifetime(text: unknown): text is Lifetime {
  return typeof text === 'string' && Object.hasOwn(lengths, text)
}

/** Checks a lifetime that a client sent. */
export function readLifetime(value: unknown): Lifetime {
  if (isLifetime(value)) return value
  throw invalidField('lifetime', `is unknown: use ${Object.keys(lengths).join(', ')}`)
}

/** When a file with a lifetime vanishes, in milliseconds since 1970; undefined for never. */
export function endOfLife(uploadedMs: number, lifetime: Lifetime | undefined): number | undefined {
  return lifetime === undefined ? undefined : uploadedMs + lengths[lifetime]
}
