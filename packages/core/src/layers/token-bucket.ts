import type { Clock } from '../driver/adapter-definition.ts'
import { Fifo } from './fifo.ts'

/** A token bucket: calls take tokens, time brings them back, and those who wait go in the order they came. */
export class TokenBucket {
  readonly #clock: Clock
  readonly #queue = new Fifo()
  #perMinute: number
  #burst: number
  #tokens: number
  #countedMs: number
  #pausedUntilMs = -Infinity
  #isPumping = false
  #wakePump: AbortController | undefined

  constructor(clock: Clock, perMinute: number, burst: number) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#burst = burst
    this.#tokens = burst
    this.#countedMs = clock.now()
  }

  /** Keeps to a stricter limit from now on; of several that share a bucket the strictest counts. */
  tighten(perMinute: number, burst: number): void {
    this.#refill()
    this.#perMinute = Math.min(this.#perMinute, perMinute)
    this.#burst = Math.min(this.#burst, burst)
    this.#tokens = Math.min(this.#tokens, this.#burst)
  }

  /** Whether it is as good as a new one, so that it may be forgotten. */
  get isIdle(): boolean {
    this.#refill()
    return this.#queue.length === 0 && this.pauseMs === 0 && this.#tokens >= this.#burst
  }

  /** How long the pause still lasts, in milliseconds. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.now())
  }

  /** Takes a token, waiting for one; gives false when the signal is aborted before. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    if (this.#queue.length === 0 && this.#waitMs() === 0) {
      this.#tokens -= 1
      return true
    }
    const turn = this.#queue.wait(signal)
    void this.#pump()
    const isIn = await turn
    // Nobody is left to wait for: the timer must not keep the process alive.
    if (this.#queue.length === 0) this.#wakePump?.abort()
    return isIn
  }

  /** Takes tokens for requests that were sent already; those who come later wait for it. */
  charge(requests: number): void {
    this.#refill()
    this.#tokens -= requests
  }

  /** Holds everybody back for a time; after it the tokens begin with one at most. */
  pause(ms: number): void {
    const untilMs = this.#clock.now() + ms
    if (untilMs <= this.#pausedUntilMs) return
    this.#refill()
    this.#pausedUntilMs = untilMs
    this.#tokens = Math.min(1, this.#tokens + this.#broughtIn(ms))
    this.#countedMs = untilMs
    // Whoever sleeps for a token must sleep through the pause now.
    this.#wakePump?.abort()
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#queue.length > 0) {
      const waitMs = this.#waitMs()
      if (waitMs > 0) await this.#sleep(waitMs)
      else if (this.#queue.admit()) this.#tokens -= 1
    }
    this.#isPumping = false
  }

  async #sleep(ms: number): Promise<void> {
    this.#wakePump = new AbortController()
    try {
      await this.#clock.sleep(ms, this.#wakePump.signal)
    } catch {
      // Woken early: the pump looks again.
    }
    this.#wakePump = undefined
  }

  #waitMs(): number {
    if (this.pauseMs > 0) return this.pauseMs
    this.#refill()
    // Rounded up: a timer that is a fraction short would find nothing and sleep again.
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 60_000) / this.#perMinute)
  }

  #refill(): void {
    const nowMs = this.#clock.now()
    // A clock that was set back brings nothing, and counts on from there; during a pause the count stands at its end.
    if (nowMs > this.#countedMs) {
      this.#tokens = Math.min(this.#burst, this.#tokens + this.#broughtIn(nowMs - this.#countedMs))
    }
    if (nowMs > this.#countedMs || this.pauseMs === 0) this.#countedMs = nowMs
  }

  #broughtIn(ms: number): number {
    return (ms * this.#perMinute) / 60_000
  }
}
