import type { Clock } from '@stowage/core/driver'

const windowMs = 60_000

// Requests overtake each other: the service may count one of ours later than we sent it, and one that follows without that delay.
const marginMs = 1000

const shortestPauseMs = 1000
const longestPauseMs = 60_000

interface Waiter {
  readonly enter: () => void
}

/**
 * Keeps to the service's limit of requests: in no 60 seconds more are sent than allowed. Who has to wait goes in the order they came.
 *
 * It counts what was sent, retries included. A token bucket would not do: after a quiet time it lets through its burst and the rate of a
 * whole minute.
 */
export class RequestLimiter {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #sentAtMs: number[] = []
  readonly #waiters: Waiter[] = []
  #perMinute: number
  #pausedUntilMs = -Infinity
  #refusals = 0
  #users = 0
  #wake: AbortController | undefined

  /** @param random - numbers from 0 to below 1, for pauses that differ */
  constructor(clock: Clock, perMinute: number, random: () => number) {
    this.#clock = clock
    this.#perMinute = Math.max(1, Math.floor(perMinute))
    this.#random = random
  }

  /** Keeps to a stricter limit from now on; of several who share a key the strictest counts. */
  tighten(perMinute: number): void {
    this.#perMinute = Math.min(this.#perMinute, Math.max(1, Math.floor(perMinute)))
  }

  /** Notes that somebody goes on using it; the function that is given notes that they no longer do. */
  use(): () => void {
    this.#users += 1
    let isUsed = true
    return () => {
      if (isUsed) this.#users -= 1
      isUsed = false
    }
  }

  /** Whether nobody uses it and it is as good as a new one, so that it may be forgotten. */
  get isIdle(): boolean {
    this.#forget()
    return (
      this.#users === 0 &&
      this.#waiters.length === 0 &&
      this.#sentAtMs.length === 0 &&
      this.#pausedUntilMs <= this.#clock.now()
    )
  }

  /**
   * Waits until a request may be sent, and counts it.
   *
   * @throws the signal's reason when it is aborted first; nothing is counted then
   */
  async enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#waiters.length === 0 && this.#waitMs() === 0) this.#count()
    else await this.#queue(signal)
  }

  /**
   * Holds everybody back after a 429, which others who use the key may have caused.
   *
   * @param retryAfterMs - how long the service asks for, 60 seconds at most; without it a second at least, longer each time
   */
  refused(retryAfterMs: number | undefined): void {
    const ownMs = shortestPauseMs * (2 ** Math.min(this.#refusals, 6) + this.#random())
    this.#refusals += 1
    const untilMs = this.#clock.now() + Math.min(retryAfterMs ?? ownMs, longestPauseMs)
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs)
    // Whoever sleeps for the window must sleep through the pause now.
    this.#wake?.abort()
  }

  /** Notes that the service takes requests again. */
  accepted(): void {
    this.#refusals = 0
  }

  async #queue(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { enter: resolve }
    const onAbort = (): void => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
      // Nobody is left to wait for: the timer must not keep the process alive.
      if (this.#waiters.length === 0) this.#wake?.abort()
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiters.push(waiter)
    if (this.#waiters.length === 1) void this.#admit()
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Runs while somebody waits, and lets them through one by one. */
  async #admit(): Promise<void> {
    if (this.#wake !== undefined) return
    while (this.#waiters.length > 0) {
      const waitMs = this.#waitMs()
      if (waitMs > 0) await this.#sleep(waitMs)
      else {
        this.#count()
        this.#waiters.shift()?.enter()
      }
    }
  }

  async #sleep(ms: number): Promise<void> {
    this.#wake = new AbortController()
    try {
      await this.#clock.sleep(ms, this.#wake.signal)
    } catch {
      // Woken early: whoever waits looks again.
    } finally {
      this.#wake = undefined
    }
  }

  #count(): void {
    this.#sentAtMs.push(this.#clock.now())
  }

  #waitMs(): number {
    this.#forget()
    const nowMs = this.#clock.now()
    // No pause is longer, unless the clock was set back.
    this.#pausedUntilMs = Math.min(this.#pausedUntilMs, nowMs + longestPauseMs)
    const pauseMs = Math.max(0, this.#pausedUntilMs - nowMs)
    const oldestMs = this.#sentAtMs[this.#sentAtMs.length - this.#perMinute]
    const windowWaitMs = oldestMs === undefined ? 0 : oldestMs + windowMs + marginMs - nowMs
    return Math.ceil(Math.max(pauseMs, windowWaitMs))
  }

  /** Forgets what lies behind the window; with a clock that was set back, what was sent counts from now. */
  #forget(): void {
    const nowMs = this.#clock.now()
    if ((this.#sentAtMs.at(-1) ?? nowMs) > nowMs) this.#sentAtMs.fill(nowMs)
    let gone = 0
    while ((this.#sentAtMs[gone] ?? Infinity) <= nowMs - windowMs - marginMs) gone += 1
    if (gone > 0) this.#sentAtMs.splice(0, gone)
  }
}

// By clock, so that tests with clocks of their own share nothing with the process.
const registries = new WeakMap<Clock, Map<string, RequestLimiter>>()

/**
 * Finds or makes the limiter of a key. All storages of the process with the same URL and key share it, also one after the other: closing and
 * opening again brings no fresh requests.
 */
export function sharedLimiter(
  clock: Clock,
  baseUrl: string,
  apiKey: string,
  perMinute: number,
  random: () => number,
): RequestLimiter {
  const limiters = registries.get(clock) ?? new Map<string, RequestLimiter>()
  registries.set(clock, limiters)
  const name = `${baseUrl}\n${apiKey}`
  const known = limiters.get(name)
  if (known !== undefined) {
    known.tighten(perMinute)
    return known
  }
  for (const [each, limiter] of limiters) if (limiter.isIdle) limiters.delete(each)
  const made = new RequestLimiter(clock, perMinute, random)
  limiters.set(name, made)
  return made
}
