import type { Clock } from '../driver/adapter-definition.ts'

/** A clock for tests: its time stands still until the test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves the time forward and ends the waits that fall due, in their order, each at its own instant; what they set in motion
   * runs before the next one ends.
   *
   * @param ms - how far
   */
  advance(ms: number): Promise<void>
  /** Moves the time to the wait that ends next and ends it; gives how far that was, or undefined when nothing waits. */
  advanceToNext(): Promise<number | undefined>
  /** How many waits are running. */
  readonly waiting: number
}

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

/**
 * Makes a clock for tests, so that they wait for nothing.
 *
 * @param startMs - what it shows at first, in milliseconds since 1970. Default 0
 */
export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs
  const sleepers = new Set<Sleeper>()

  // Sets keep the order of insertion, so equal instants end first come, first served.
  const next = (): Sleeper | undefined => {
    let earliest: Sleeper | undefined
    for (const sleeper of sleepers) if (earliest === undefined || sleeper.dueMs < earliest.dueMs) earliest = sleeper
    return earliest
  }
  const wake = async (sleeper: Sleeper): Promise<void> => {
    nowMs = Math.max(nowMs, sleeper.dueMs)
    sleepers.delete(sleeper)
    sleeper.wake()
    await settled()
  }

  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error)
        if (ms <= 0) return resolve()
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason as Error)
        }
        const sleeper: Sleeper = {
          dueMs: nowMs + ms,
          wake: () => {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    async advance(ms) {
      await settled()
      const untilMs = nowMs + ms
      for (let due = next(); due !== undefined && due.dueMs <= untilMs; due = next()) await wake(due)
      nowMs = untilMs
    },
    async advanceToNext() {
      await settled()
      const before = nowMs
      const due = next()
      if (due === undefined) return undefined
      await wake(due)
      return nowMs - before
    },
    get waiting() {
      return sleepers.size
    },
  }
}

// One turn of the event loop: all promises that can settle without time passing have done so.
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
