import type { Clock } from '../driver/adapter-definition.ts'
import { Fifo } from './fifo.ts'

/** How long all places must have waited for the app before one more call is let in. */
const standstillMs = 1000

/** A place among the calls that run at a time. */
export interface Slot {
  /** Says that the app is being waited for. */
  rest(): void
  /** Says that the driver is at work again. */
  work(): void
  /** Gives the place back; calling it again does nothing. */
  release(): void
}

/**
 * A number of places, given out in order.
 *
 * A transfer holds its place while it waits for the app, and the app may be waiting for a place: were nothing done, both would
 * wait for ever. So when all places have been resting for a while, one more is given out.
 */
export class SlotPool {
  readonly #max: number
  readonly #clock: Clock
  readonly #queue = new Fifo()
  #held = 0
  #resting = 0
  #steps = 0
  #watch: AbortController | undefined

  constructor(max: number, clock: Clock) {
    this.#max = max
    this.#clock = clock
  }

  /** How many wait for a place. */
  get queued(): number {
    return this.#queue.length
  }

  /** Whether the next one will have to wait. */
  get isFull(): boolean {
    return this.#held >= this.#max
  }

  /** Waits for a place; gives undefined when the signal is aborted before. */
  async take(signal: AbortSignal): Promise<Slot | undefined> {
    if (signal.aborted) return undefined
    if (this.isFull) {
      const turn = this.#queue.wait(signal)
      this.#watchStandstill()
      const isIn = await turn
      if (this.queued === 0) this.#stopWatching()
      return isIn ? this.#slot() : undefined
    }
    this.#held += 1
    return this.#slot()
  }

  // The place is counted by whoever lets it in, so that nobody comes between.
  #slot(): Slot {
    let isResting = false
    let isHeld = true
    const change = (toResting: boolean): void => {
      if (!isHeld || isResting === toResting) return
      isResting = toResting
      this.#resting += toResting ? 1 : -1
      this.#steps += 1
    }
    return {
      rest: () => change(true),
      work: () => change(false),
      release: () => {
        change(false)
        if (isHeld) this.#give()
        isHeld = false
      },
    }
  }

  #give(): void {
    this.#steps += 1
    this.#held -= 1
    while (!this.isFull && this.#queue.admit()) this.#held += 1
  }

  #watchStandstill(): void {
    if (this.#watch !== undefined) return
    this.#watch = new AbortController()
    void this.#admitAtStandstill(this.#watch.signal)
  }

  #stopWatching(): void {
    this.#watch?.abort()
    this.#watch = undefined
  }

  async #admitAtStandstill(signal: AbortSignal): Promise<void> {
    for (;;) {
      const before = this.#steps
      try {
        await this.#clock.sleep(standstillMs, signal)
      } catch {
        return
      }
      const standsStill = this.#steps === before && this.#resting === this.#held
      if (standsStill && this.#queue.admit()) this.#held += 1
    }
  }
}
