import { invalidArgument } from '@stowage/core/driver'

const dayMs = 24 * 60 * 60 * 1000
// An app reckons its date a while before the call is made.
const toleranceMs = 5 * 60 * 1000
const lifetimeDays: readonly number[] = [1, 7, 30, 180, 365]

/** Gives the end of the lifetime that ends about at an instant; refuses an instant at which none of the service's five does. */
export function endOfLifetime(expiresAt: Date, nowMs: number): Date {
  const leftMs = expiresAt.getTime() - nowMs
  const days = lifetimeDays.find((one) => Math.abs(one * dayMs - leftMs) <= toleranceMs)
  if (days !== undefined) return new Date(nowMs + days * dayMs)
  const known = lifetimeDays.join(', ')
  throw invalidArgument(
    `expiresAt is ${expiresAt.toISOString()}: ABEJA keeps files for ${known} days from now or for ever`,
  )
}

const reservedNames: ReadonlySet<string> = new Set(['filename', 'content-type', 'content_type', 'stowage'])
const reservedBeginnings = ['x-abeja-', 'stowage-']

/** Refuses metadata whose names mean something to the service or to its adapter, and what no header can carry. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(metadata)) {
    const lower = name.toLowerCase()
    if (reservedNames.has(lower) || reservedBeginnings.some((beginning) => lower.startsWith(beginning)))
      throw invalidArgument(`metadata "${name}" has a meaning of its own on ABEJA: choose another name`)
    if (name === '' || name.includes('/'))
      throw invalidArgument(`metadata can't be called ${JSON.stringify(name)} on ABEJA: choose another name`)
    if (!name.isWellFormed() || !value.isWellFormed())
      throw invalidArgument(`metadata ${JSON.stringify(name)} holds half of a surrogate pair`)
  }
}

/** Refuses a name that is the address of a container: the service chooses ids by itself. */
export function checkContainerName(name: string): void {
  if (/^(?:channel|bucket):\d{1,32}$/.test(name))
    throw invalidArgument(`${name} is an address on ABEJA, which chooses ids by itself: choose another name`)
}

/** How long the service's signed URLs work, whatever is asked for. */
export const signedUrlMs: number = 60 * 60 * 1000
// A minute of doubt, for two clocks.
const doubtMs = 60_000

/** Refuses to sign a URL for longer than the service does. */
export function checkSignedFor(expiresInMs: number): void {
  if (expiresInMs > signedUrlMs + doubtMs)
    throw invalidArgument('a URL signed by ABEJA works for 60 minutes: ask for less, and for a new one in time')
}
