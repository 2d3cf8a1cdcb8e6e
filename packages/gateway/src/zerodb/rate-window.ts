import type { Clock } from '@stowage/core/driver'
import type { RateWindowKind } from './options.ts'

const windowMs = 60_000

/** Counts the requests of a minute. */
export interface RateWindow {
  /**
   * Counts a request when there is room for it.
   *
   * @returns undefined when there was, otherwise how long until there is, in milliseconds
   */
  take(): number | undefined
}

/** Makes a window that takes so many requests a minute; `Infinity` takes all. */
export function createRateWindow(kind: RateWindowKind, perMinute: number, clock: Clock): RateWindow {
  if (perMinute === Number.POSITIVE_INFINITY) return { take: () => undefined }
  return kind === 'fixed' ? new FixedWindow(perMinute, clock) : new SlidingWindow(perMinute, clock)
}

/** Begins anew with each full minute of the clock. */
class FixedWindow implements RateWindow {
  readonly #perMinute: number
  readonly #clock: Clock
  #minute = Number.NaN
  #count = 0

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  take(): number | undefined {
    const nowMs = this.#clock.now()
    const minute = Math.floor(nowMs / windowMs)
    if (minute !== this.#minute) this.#count = 0
    this.#minute = minute
    if (this.#count >= this.#perMinute) return (minute + 1) * windowMs - nowMs
    this.#count += 1
    return undefined
  }
}

/** Looks back a minute from each request. */
class SlidingWindow implements RateWindow {
  readonly #perMinute: number
  readonly #clock: Clock
  // When the requests in the window came; those before the first index have left it.
  #times: number[] = []
  #first = 0

  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  take(): number | undefined {
    const nowMs = this.#clock.now()
    while (this.#first < this.#times.length && nowMs - (this.#times[this.#first] as number) >= windowMs)
      this.#first += 1
    if (this.#times.length - this.#first >= this.#perMinute) {
      return (this.#times[this.#first] as number) + windowMs - nowMs
    }
    this.#times.push(nowMs)
    // Cutting off as many as stay keeps the cost of each low.
    if (this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return undefined
  }
}
