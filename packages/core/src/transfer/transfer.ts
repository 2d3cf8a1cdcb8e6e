import { ReceiptRecorder, type Receipt } from '../contract/receipt.ts'
import { StorageError } from '../errors/storage-error.ts'
import { ProgressMeter, type TransferProgress } from './progress.ts'

/** A transfer's state: `finished`, `stopped` (aborted) and `error` are final, and exactly one of them is reached once. */
export type TransferStatus = 'ready' | 'active' | 'finished' | 'stopped' | 'error'

/** What the work of a transfer gets to steer and report with. */
export interface TransferControls {
  /** Aborted when the transfer is to stop. */
  readonly signal: AbortSignal
  /** The transfer's receipt. */
  readonly receipt: ReceiptRecorder
  /** The transfer's counts. */
  readonly meter: ProgressMeter
  /** Counts progress and tells listeners, at most every 100 ms. */
  readonly advance: (count: number) => void
  /** Waits while the transfer is paused; undefined when it isn't, so that a running one loses no time. */
  readonly gate: () => Promise<void> | undefined
  /** Names the remote job that does the work. */
  readonly setJob: (jobId: string) => void
}

/** What a transfer is made of. */
export interface TransferWork<Result> {
  /** The signal of the call: the caller's, the deadline and the storage's closing in one. */
  readonly signal: AbortSignal
  /** Does the work; it has cleaned up when its promise settles. */
  readonly run: (controls: TransferControls) => Promise<Result>
  /** Turns a failure into a StorageError. */
  readonly explain: (error: unknown, signal: AbortSignal) => StorageError
}

const notifyEveryMs = 100

/**
 * A handle on work that moves data: upload, download, load or export.
 *
 * It starts by itself, just after the call that made it returns, so listeners added at once miss nothing. Await it for
 * its result; watch it with {@link Transfer.onProgress}, {@link Transfer.onStatus} or `for await`; stop it with
 * {@link Transfer.abort}. It ends exactly once, as `finished`, `stopped` or `error`, after everything it held was released. A
 * failure nobody awaits is an unhandled rejection, like any promise's.
 *
 * @typeParam Result - what it comes to
 */
export class Transfer<Result> implements PromiseLike<Result>, AsyncIterable<TransferProgress> {
  readonly #promise: Promise<Result>
  readonly #ended = Promise.withResolvers<void>()
  readonly #abort = new AbortController()
  readonly #meter = new ProgressMeter()
  readonly #receipt = new ReceiptRecorder()
  readonly #progressListeners = new Set<(progress: TransferProgress) => void>()
  readonly #statusListeners = new Set<(status: TransferStatus, reason: string) => void>()
  #status: TransferStatus = 'ready'
  #reason = 'created'
  #jobId: string | undefined
  #pause: { readonly promise: Promise<void>; readonly release: () => void } | undefined
  #notifiedAt = 0

  /** @internal */
  constructor(work: TransferWork<Result>) {
    const signal = AbortSignal.any([this.#abort.signal, work.signal])
    const resume = (): void => this.resume()
    signal.addEventListener('abort', resume, { once: true })
    // A signal that is listened to lives as long as what may abort it: here, as the storage.
    void this.ended.then(() => signal.removeEventListener('abort', resume))
    this.#promise = this.#run(work, signal)
  }

  /** Where the transfer stands. */
  get status(): TransferStatus {
    return this.#status
  }

  /** Why it stands there, in a few words for people. */
  get reason(): string {
    return this.#reason
  }

  /** How far it is. */
  get progress(): TransferProgress {
    return this.#meter.snapshot()
  }

  /** What it has cost so far. */
  get receipt(): Receipt {
    return this.#receipt.snapshot()
  }

  /** The id of the remote job that does the work, once there is one; attach to it with {@link Storage.job}. */
  get jobId(): string | undefined {
    return this.#jobId
  }

  /** Whether it is paused. */
  get isPaused(): boolean {
    return this.#pause !== undefined
  }

  /**
   * Calls a listener with the progress: at most every 100 ms, and once more at the end. One that throws is reported as a
   * process warning and does not disturb the transfer.
   *
   * @returns takes the listener away again
   */
  onProgress(listener: (progress: TransferProgress) => void): () => void {
    this.#progressListeners.add(listener)
    return () => void this.#progressListeners.delete(listener)
  }

  /**
   * Calls a listener on every change of status.
   *
   * @returns takes the listener away again
   */
  onStatus(listener: (status: TransferStatus, reason: string) => void): () => void {
    this.#statusListeners.add(listener)
    return () => void this.#statusListeners.delete(listener)
  }

  /**
   * Stops the transfer and waits until it has cleaned up. A transfer that ended stays as it is; awaiting an aborted one
   * fails with `aborted`.
   *
   * @param reason - in a few words; part of the error's message
   */
  async abort(reason?: string): Promise<void> {
    if (this.#status === 'ready' || this.#status === 'active') {
      const message = `the transfer was aborted${reason === undefined ? '' : `: ${reason}`}`
      this.#abort.abort(new StorageError({ code: 'aborted', message }))
    }
    await this.#promise.catch(() => undefined)
  }

  /**
   * Resolves when the transfer has ended, however it did. Unlike awaiting it, this leaves a failure unobserved.
   *
   * @internal
   */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Holds the transfer at the next chunk; what is under way finishes. Does nothing once it has ended. */
  pause(): void {
    if (this.#pause !== undefined || this.#isEnded || this.#abort.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#pause = { promise, release: resolve }
    this.#reason = 'paused'
  }

  /** Lets a paused transfer go on. */
  resume(): void {
    if (this.#pause === undefined) return
    this.#pause.release()
    this.#pause = undefined
    if (!this.#isEnded) this.#reason = 'resumed'
  }

  // A transfer is awaited like a promise, so it must be thenable.
  // oxlint-disable-next-line unicorn/no-thenable
  then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#promise.then(onFulfilled, onRejected)
  }

  /** Like a promise's `catch`. */
  catch<Rejected>(onRejected: (error: unknown) => Rejected | PromiseLike<Rejected>): Promise<Result | Rejected> {
    return this.#promise.catch(onRejected)
  }

  /** Like a promise's `finally`. */
  finally(onFinally: () => void): Promise<Result> {
    return this.#promise.finally(onFinally)
  }

  /** Iterates over progress: the newest each time, the last one at the end; fails when the transfer does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TransferProgress, void, undefined> {
    let wake = Promise.withResolvers<void>()
    const stop = this.onProgress(() => wake.resolve())
    try {
      while (!this.#isEnded) {
        await Promise.race([wake.promise, this.ended])
        wake = Promise.withResolvers<void>()
        if (!this.#isEnded) yield this.progress
      }
      await this.#promise
      yield this.progress
    } finally {
      stop()
    }
  }

  get #isEnded(): boolean {
    return this.#status !== 'ready' && this.#status !== 'active'
  }

  async #run(work: TransferWork<Result>, signal: AbortSignal): Promise<Result> {
    await Promise.resolve()
    try {
      signal.throwIfAborted()
      this.#setStatus('active', 'started')
      const result = await work.run(this.#controls(signal))
      this.#meter.finish()
      this.#end('finished', 'finished')
      return result
    } catch (error) {
      const explained = work.explain(error, signal)
      const isStopped = explained.code === 'aborted' || explained.code === 'closed'
      this.#end(isStopped ? 'stopped' : 'error', explained.message)
      throw explained
    }
  }

  #controls(signal: AbortSignal): TransferControls {
    return {
      signal,
      receipt: this.#receipt,
      meter: this.#meter,
      advance: (count) => {
        this.#meter.advance(count)
        this.#notify(false)
      },
      gate: () => this.#pause?.promise,
      setJob: (jobId) => {
        this.#jobId = jobId
        this.#receipt.jobIds.push(jobId)
      },
    }
  }

  #end(status: TransferStatus, reason: string): void {
    this.#pause?.release()
    this.#pause = undefined
    this.#setStatus(status, reason)
    this.#notify(true)
    this.#ended.resolve()
  }

  #setStatus(status: TransferStatus, reason: string): void {
    this.#status = status
    this.#reason = reason
    for (const listener of this.#statusListeners) callListener(() => listener(status, reason))
  }

  #notify(isLast: boolean): void {
    if (this.#progressListeners.size === 0) return
    const now = performance.now()
    if (!isLast && now - this.#notifiedAt < notifyEveryMs) return
    this.#notifiedAt = now
    const progress = this.progress
    for (const listener of this.#progressListeners) callListener(() => listener(progress))
  }
}

function callListener(call: () => void): void {
  try {
    call()
  } catch (error) {
    process.emitWarning(`a listener of a transfer failed: ${String(error)}`, 'StowageWarning')
  }
}
