import type { Session } from '../portable/session.ts'

/** How many requests go to one end of a copy. */
export interface EndRequests {
  /** The end. */
  readonly session: Session
  /** About how many. */
  readonly requests: number
}

/**
 * Gives how many seconds a copy takes at least under the rate limits of its ends, which are asked at the same time: the slower one decides.
 * Undefined where neither has a limit.
 */
export function leastSeconds(...ends: readonly EndRequests[]): number | undefined {
  const seconds = ends.flatMap(({ session, requests }) => {
    const { requestsPerMinute } = session.driver.capabilities.limits
    return requestsPerMinute === undefined ? [] : [Math.ceil((requests * 60) / requestsPerMinute)]
  })
  return seconds.length === 0 ? undefined : Math.max(...seconds)
}
