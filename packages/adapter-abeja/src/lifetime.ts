import { invalidArgument } from '@stowage/core/driver'

/** How long the service keeps a file before it deletes it by itself. There are only these. */
export type AbejaLifetime = '1day' | '1week' | '1month' | '6months' | '1year'

/** The lifetimes there are, shortest first. */
export const abejaLifetimes: readonly AbejaLifetime[] = ['1day', '1week', '1month', '6months', '1year']

// The service doesn't say how long its months are; these are the days our gateway counts.
const daysByLifetime: Readonly<Record<AbejaLifetime, number>> = {
  '1day': 1,
  '1week': 7,
  '1month': 30,
  '6months': 180,
  '1year': 365,
}

const dayMs = 24 * 60 * 60 * 1000
// An app reckons its date a while before the request is made, by another clock perhaps.
const toleranceMs = 5 * 60 * 1000

/** Checks that a value is one of the lifetimes there are. */
export function checkLifetime(lifetime: string): AbejaLifetime {
  if (isLifetime(lifetime)) return lifetime
  throw invalidArgument(`lifetime "${lifetime}" is unknown: use ${abejaLifetimes.join(', ')}`)
}

/** Tells whether a value is one of the lifetimes there are. */
export function isLifetime(value: unknown): value is AbejaLifetime {
  return abejaLifetimes.some((lifetime) => lifetime === value)
}

/**
 * Gives the lifetime that ends at an instant, to a few minutes; nothing is rounded beyond that.
 *
 * @param nowMs - milliseconds since 1970
 * @throws StorageError `invalid-argument` for an instant no lifetime ends at
 */
export function lifetimeUntil(expiresAt: Date, nowMs: number): AbejaLifetime {
  const leftMs = expiresAt.getTime() - nowMs
  const lifetime = abejaLifetimes.find((one) => Math.abs(daysByLifetime[one] * dayMs - leftMs) <= toleranceMs)
  if (lifetime !== undefined) return lifetime
  const known = abejaLifetimes.map((one) => `${daysByLifetime[one]} (${one})`).join(', ')
  throw invalidArgument(
    `expiresAt is ${expiresAt.toISOString()}: ABEJA keeps files for ${known} days from now or for ever`,
  )
}

/** Says about when a lifetime ends: nobody knows whether it is reckoned from the upload or from when it was set. */
export function endOfLifetime(lifetime: AbejaLifetime | undefined, uploadedAt: Date | undefined): Date | undefined {
  if (lifetime === undefined || uploadedAt === undefined) return undefined
  return new Date(uploadedAt.getTime() + daysByLifetime[lifetime] * dayMs)
}
