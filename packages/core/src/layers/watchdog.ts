import type { Clock } from '../driver/adapter-definition.ts'

/**
 * How long a driver gets to stop after its time is up. A write that still succeeds then is a success, and one that stops cleanly
 * leaves nothing that could meet its repetition.
 */
export const stopGraceMs = 1000

// A reason of its own spares each call the making of a DOMException.
const stopped = new Error('the countdown was stopped')

/** What came of work under a watchdog whose time ran out before it succeeded. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp'
  /** What the work failed with once it was told to stop; undefined when it didn't even stop. */
  readonly failure: unknown

  constructor(failure: unknown) {
    super('the time was up')
    this.failure = failure
  }
}

/** A signal that follows a caller's and is also aborted when a countdown ends. */
export class Watchdog {
  readonly #clock: Clock
  readonly #parent: AbortSignal
  readonly #controller = new AbortController()
  readonly #follow = (): void => this.#controller.abort(this.#parent.reason)
  #countdown: AbortController | undefined
  #isUp = false
  #giveUp: (() => void) | undefined

  constructor(clock: Clock, parent: AbortSignal) {
    this.#clock = clock
    this.#parent = parent
    if (parent.aborted) this.#follow()
    else parent.addEventListener('abort', this.#follow, { once: true })
  }

  /** The signal for the work. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Begins the countdown anew. */
  start(ms: number): void {
    this.stop()
    if (this.#isUp || ms === Infinity) return
    const countdown = new AbortController()
    this.#countdown = countdown
    this.#clock.sleep(ms, countdown.signal).then(
      () => this.#expire(),
      () => {},
    )
  }

  /** Ends the countdown; the time is not up any more. */
  stop(): void {
    this.#countdown?.abort(stopped)
    this.#countdown = undefined
  }

  /** Ends everything, once the work and what it gave are done with. */
  release(): void {
    this.stop()
    this.#parent.removeEventListener('abort', this.#follow)
  }

  /**
   * Waits for work under this watchdog.
   *
   * Fails with {@link TimeUp} when the time was up first, after the work stopped or the grace passed. Work that still succeeds
   * within the grace has succeeded.
   *
   * @param work - what is watched
   * @param discard - takes a result that came after the grace
   */
  guard<Result>(work: Promise<Result>, discard: (late: Result) => void): Promise<Result> {
    if (this.#isUp) return Promise.reject(new TimeUp(undefined))
    return new Promise<Result>((resolve, reject) => {
      let isOver = false
      this.#giveUp = () => {
        isOver = true
        reject(new TimeUp(undefined))
      }
      work.then(
        (result) => (isOver ? discard(result) : resolve(result)),
        (error: unknown) => reject(this.#isUp ? new TimeUp(error) : (error as Error)),
      )
    }).finally(() => this.stop())
  }

  #expire(): void {
    this.#isUp = true
    this.#controller.abort(new DOMException('the time for the operation was up', 'TimeoutError'))
    this.#countdown = new AbortController()
    this.#clock.sleep(stopGraceMs, this.#countdown.signal).then(
      () => this.#giveUp?.(),
      () => {},
    )
  }
}
