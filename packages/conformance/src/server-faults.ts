import type { Fault, FaultHook, FaultKind } from './faults.ts'

/** A fault of the suite that happens to requests of an operation. */
export type RequestFault = Exclude<
  Fault,
  {
    /** What is no request's fault. */
    kind: 'expire-urls' | 'job'
  }
>

/**
 * What goes wrong with the next requests that match, as a server's fault knobs take it; what is left out doesn't. The rules of
 * `@stowage/gateway` have this form.
 *
 * @typeParam Match - how the server tells requests apart
 */
export interface ServerFaultRule<Match> {
  /** Which requests. Left out: all. */
  readonly match?: Match
  /** How many of them. */
  readonly times: number
  /** The server waits this long before it works on the request. */
  readonly delayMs?: number
  /** It closes the connection after so many bytes of its answer's body. */
  readonly dropAfterBytes?: number
  /** It closes the connection after so many bytes of the request's body. */
  readonly dropRequestAfterBytes?: number
  /** It answers with this status. */
  readonly status?: number
  /** When: instead of doing its work, or after it, so that only the answer is lost. Goes with `status`. */
  readonly when?: 'before' | 'after'
  /** It sends `Retry-After`. Goes with `status`. */
  readonly retryAfterSeconds?: number
}

/** What a server offers to make it fail. */
export interface ServerKnobs<Match> {
  /** Its rules. */
  readonly faults: {
    /** Puts a rule in force from the next request on. */
    add(rule: ServerFaultRule<Match>): unknown
    /** Takes all rules out of force. */
    clear(): void
  }
  /**
   * Says which requests a fault is for: those that do the work of its operation, and not those an adapter sends to look something up on the
   * way. Undefined for whichever come next. Default: whichever come next.
   */
  readonly match?: (fault: RequestFault) => Match | undefined
  /** Makes every signed URL handed out so far expire. Without it the checks that need this are reported as not run. */
  readonly expireUrls?: () => void | Promise<void>
  /** Makes the next job end in this state. Without it the checks that need this are reported as not run. */
  readonly endNextJob?: (status: Extract<Fault, { kind: 'job' }>['status']) => void | Promise<void>
}

/**
 * Makes the suite's faults by the knobs of a server: what a setup gives as its `faults` where the service's test double has some.
 *
 * ```ts
 * import { serverFaults } from '@stowage/conformance'
 * import type { AbejaGateway, FaultMatch } from '@stowage/gateway'
 *
 * declare const gateway: AbejaGateway
 *
 * const hook = serverFaults<FaultMatch>({
 *   faults: gateway.faults,
 *   match: ({ operation }) => (operation === 'files.delete' ? { method: 'DELETE' } : undefined),
 *   expireUrls: () => gateway.expireUrls(),
 * })
 * ```
 */
export function serverFaults<Match>(knobs: ServerKnobs<Match>): FaultHook {
  const { faults, match, expireUrls, endNextJob } = knobs
  return {
    kinds: [
      ...requestKinds,
      ...(expireUrls === undefined ? [] : (['expire-urls'] as const)),
      ...(endNextJob === undefined ? [] : (['job'] as const)),
    ],
    async inject(fault) {
      if (fault.kind === 'expire-urls') return expireUrls?.()
      if (fault.kind === 'job') return endNextJob?.(fault.status)
      const matched = match?.(fault)
      const times = fault.times ?? 1
      faults.add({ ...(matched === undefined ? {} : { match: matched }), times, ...whatHappens(fault) })
    },
    clear: () => faults.clear(),
  }
}

const requestKinds: readonly FaultKind[] = ['latency', 'drop-read', 'drop-write', 'status-before', 'status-after']

function whatHappens(fault: RequestFault): Omit<ServerFaultRule<unknown>, 'match' | 'times'> {
  switch (fault.kind) {
    case 'latency':
      return { delayMs: fault.ms }
    case 'drop-read':
      return { dropAfterBytes: fault.afterBytes }
    case 'drop-write':
      return { dropRequestAfterBytes: fault.afterBytes }
    default: {
      // The header counts whole seconds.
      const wait = fault.retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(fault.retryAfterMs / 1000) }
      return { status: fault.status, when: fault.kind === 'status-before' ? 'before' : 'after', ...wait }
    }
  }
}
