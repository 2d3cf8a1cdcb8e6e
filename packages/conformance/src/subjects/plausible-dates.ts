import assert from 'node:assert/strict'

/** How far the clocks of the service and of this process may be apart. */
const clockSkewMs = 10 * 60 * 1000

/**
 * Checks an instant the backend gave for something that happened during the check; undefined where it gives none.
 *
 * @param startedMs - when the check began
 */
export function assertJustNow(instant: Date | undefined, startedMs: number, what: string): void {
  if (instant === undefined) return
  assert.ok(instant instanceof Date, `${what} is no Date`)
  const isPlausible = instant.getTime() >= startedMs - clockSkewMs && instant.getTime() <= Date.now() + clockSkewMs
  assert.ok(isPlausible, `${what} is ${String(instant)}, far from now`)
}

/** Checks that one instant isn't before another, where both are given. */
export function assertNotBefore(later: Date | undefined, earlier: Date | undefined, what: string): void {
  if (later === undefined || earlier === undefined) return
  assert.ok(later.getTime() >= earlier.getTime(), `${what}: ${later.toISOString()} is before ${earlier.toISOString()}`)
}
