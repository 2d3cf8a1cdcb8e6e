import { invalidArgument } from '@stowage/core/driver'

/** Which requests a fault is for. What is left out matches all. */
export interface FaultMatch {
  /** The name of the server that gets the request, for gateways with several: `data` or `s3` for DCSS. */
  readonly server?: string | undefined
  /** The HTTP method, in capitals. */
  readonly method?: string | undefined
  /** The path as it was sent, percent-encoded and without the query: how it begins, or a pattern. */
  readonly path?: string | RegExp | undefined
}

/**
 * What goes wrong, and with which requests. Everything that is set happens; lengths count bytes of bodies, headers not included.
 *
 * A rule that names none of the faults changes nothing and only counts.
 */
export interface FaultRule {
  /** Which requests. Default: all. */
  readonly match?: FaultMatch | undefined
  /** Begins with this one of the requests that match, from 1. Default 1. */
  readonly nth?: number | undefined
  /** How many requests it hits. Default: 1 when `nth` is given, otherwise every one. */
  readonly times?: number | undefined
  /** How likely it hits a request that it would hit: above 0, at most 1. Default 1. One it spares counts for `nth`, not for `times`. */
  readonly probability?: number | undefined
  /** Waits this long before the request is worked on. */
  readonly delayMs?: number | undefined
  /** Answers with this status instead. */
  readonly status?: number | undefined
  /**
   * When `status` or `resetSocket` strikes: `before` the request is worked on, which then never happens, or `after`, when all is
   * committed and only the answer is replaced. Default `before`.
   */
  readonly when?: 'before' | 'after' | undefined
  /** Sends `Retry-After` with the status. */
  readonly retryAfterSeconds?: number | undefined
  /** The body that goes with the status. Default: a line that says it was injected. */
  readonly body?: string | undefined
  /** The media type of `body`. Default `text/plain`. */
  readonly contentType?: string | undefined
  /** Closes the connection when this much of the answer's body was sent and there is more. */
  readonly dropAfterBytes?: number | undefined
  /** Closes the connection when this much of the request's body has arrived and there is more. */
  readonly dropRequestAfterBytes?: number | undefined
  /** Announces a `Content-Length` that is too great by this much, and closes the connection at the real end. */
  readonly wrongLength?: number | undefined
  /** Sends the answer's body and takes the request's no faster than this. */
  readonly throttleBytesPerSecond?: number | undefined
  /** Ends the answer's body after this much as if that were all of it: the announced length fits. */
  readonly truncate?: number | undefined
  /** Resets the connection instead of answering. */
  readonly resetSocket?: boolean | undefined
  /** Lets every URL handed out so far count as expired before the request is looked at, be it to one of them or not. */
  readonly expireUrls?: boolean | undefined
}

type Check = (value: unknown) => boolean

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isPositive: Check = (value) => isCount(value) && value !== 0
const isBoolean: Check = (value) => typeof value === 'boolean'
const isText: Check = (value) => typeof value === 'string'

const ruleChecks: Readonly<Record<keyof FaultRule, readonly [check: Check, must: string]>> = {
  match: [(value) => typeof value === 'object' && value !== null, 'be an object'],
  nth: [isPositive, 'be a whole number from 1'],
  times: [isPositive, 'be a whole number from 1'],
  probability: [(value) => typeof value === 'number' && value > 0 && value <= 1, 'be above 0 and at most 1'],
  delayMs: [isCount, 'be a whole number from 0'],
  status: [(value) => isCount(value) && (value as number) >= 200 && (value as number) <= 599, 'be from 200 to 599'],
  when: [(value) => value === 'before' || value === 'after', 'be before or after'],
  retryAfterSeconds: [isCount, 'be a whole number from 0'],
  body: [isText, 'be text'],
  contentType: [isText, 'be text'],
  dropAfterBytes: [isCount, 'be a whole number from 0'],
  dropRequestAfterBytes: [isCount, 'be a whole number from 0'],
  wrongLength: [isPositive, 'be a whole number from 1'],
  throttleBytesPerSecond: [isPositive, 'be a whole number from 1'],
  truncate: [isCount, 'be a whole number from 0'],
  resetSocket: [isBoolean, 'be true or false'],
  expireUrls: [isBoolean, 'be true or false'],
}

const matchChecks: Readonly<Record<keyof FaultMatch, readonly [check: Check, must: string]>> = {
  server: [isText, 'be text'],
  method: [(value) => isText(value) && value === (value as string).toUpperCase(), 'be a method in capitals'],
  path: [(value) => isText(value) || value instanceof RegExp, 'be text or a pattern'],
}

/** Checks a rule; fails with `invalid-argument` that names what is wrong. */
export function checkFaultRule(rule: FaultRule): void {
  checkFields('fault rule', rule, ruleChecks)
  if (rule.match !== undefined) checkFields('fault rule: match', rule.match, matchChecks)
  const needsStatus = (['retryAfterSeconds', 'body', 'contentType'] as const).find((name) => rule[name] !== undefined)
  if (needsStatus !== undefined && rule.status === undefined) {
    throw invalidArgument(`fault rule: ${needsStatus} goes with a status: give that as well`)
  }
}

function checkFields(place: string, value: object, checks: Readonly<Record<string, readonly [Check, string]>>): void {
  for (const [name, field] of Object.entries(value)) {
    const entry = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (entry === undefined) {
      throw invalidArgument(`${place}: "${name}" is unknown: it takes ${Object.keys(checks).join(', ')}`)
    }
    const [check, must] = entry
    if (field !== undefined && !check(field)) throw invalidArgument(`${place}: ${name} must ${must}`)
  }
}
