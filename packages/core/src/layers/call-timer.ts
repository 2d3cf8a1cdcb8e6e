import type { Clock } from '../driver/adapter-definition.ts'
import type { DriverCall, NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { type Body, bodyOf, discardResult, replaceBody, watchBody } from './call-body.ts'
import { hasSource, type SourceWatcher, watchSource, withSignal } from './call-source.ts'
import { timeoutError } from './timeout-error.ts'
import { TimeUp, Watchdog } from './watchdog.ts'

/** The time limits of one call: how long it may take in all, and how long it may stand still. */
export class CallTimer {
  readonly #driver: StorageDriver
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #idleMs: number

  constructor(driver: StorageDriver, clock: Clock, limitMs: number, idleMs: number) {
    this.#driver = driver
    this.#clock = clock
    this.#limitMs = limitMs
    this.#idleMs = idleMs
  }

  /** Waits for the answer, and watches its body if it has one. */
  async answer(call: DriverCall, next: NextCall): Promise<unknown> {
    const watchdog = new Watchdog(this.#clock, call.context.signal)
    const { operation } = call
    let hasBody = false
    try {
      watchdog.start(this.#limitMs)
      const work = this.#take(withSignal(call, watchdog.signal), next)
      const result = await watchdog.guard(work, (late) => discardResult(operation, late))
      hasBody = bodyOf(operation, result) !== undefined
      return replaceBody(operation, result, (body) => this.#giveBody(call, body, watchdog))
    } catch (error) {
      if (error instanceof TimeUp) throw this.#error(call, `took longer than ${this.#limitMs} ms`, error)
      throw error
    } finally {
      if (!hasBody) watchdog.release()
    }
  }

  /** Has the driver take what the call sends; it may not stand still in between. */
  async #take(call: DriverCall, next: NextCall): Promise<unknown> {
    if (!hasSource(call)) return next(call)
    const watchdog = new Watchdog(this.#clock, call.context.signal)
    try {
      const watched = withSignal(watchSource(call, new SourceIdle(watchdog, this.#idleMs)), watchdog.signal)
      return await watchdog.guard(next(watched), () => {})
    } catch (error) {
      if (error instanceof TimeUp) throw this.#error(call, `stood still for ${this.#idleMs} ms`, error)
      throw error
    } finally {
      watchdog.release()
    }
  }

  #giveBody(call: DriverCall, body: Body, watchdog: Watchdog): Body {
    const timed: Body = {
      [Symbol.asyncIterator]: () => {
        const iterator = body[Symbol.asyncIterator]()
        let isUp = false
        return {
          next: async () => {
            try {
              watchdog.start(this.#idleMs)
              return await watchdog.guard(iterator.next(), () => {})
            } catch (error) {
              if (!(error instanceof TimeUp)) throw error
              isUp = true
              throw this.#error(call, `gave no more bytes for ${this.#idleMs} ms`, error)
            }
          },
          return: async () => {
            // An iterator that hangs would let its closing hang as well.
            if (!isUp) await iterator.return?.()
            return { done: true, value: undefined }
          },
        }
      },
    }
    return watchBody(timed, { ended: () => watchdog.release() })
  }

  #error(call: DriverCall, what: string, { failure }: TimeUp): Error {
    return timeoutError(this.#driver, call, `${call.operation} ${what}`, failure)
  }
}

/** Runs a countdown while a source is being read and none of its readers waits for the app. */
class SourceIdle implements SourceWatcher {
  readonly #watchdog: Watchdog
  readonly #idleMs: number
  #open = 0
  #waiting = 0

  constructor(watchdog: Watchdog, idleMs: number) {
    this.#watchdog = watchdog
    this.#idleMs = idleMs
  }

  opened(): void {
    this.#open += 1
    this.#update()
  }

  waiting(): void {
    this.#waiting += 1
    this.#update()
  }

  resumed(): void {
    this.#waiting -= 1
    this.#update()
  }

  ended(): void {
    this.#open -= 1
    this.#update()
  }

  #update(): void {
    if (this.#open > 0 && this.#waiting === 0) this.#watchdog.start(this.#idleMs)
    else this.#watchdog.stop()
  }
}
