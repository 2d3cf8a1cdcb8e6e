import type { CapabilityName, EmulationPolicy } from '../contract/capabilities.ts'
import { ReceiptRecorder } from '../contract/receipt.ts'
import type { CallContext } from '../driver/call.ts'
import type { FileDriver } from '../driver/file-driver.ts'
import type { JobDriver } from '../driver/job-driver.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import type { TableDriver } from '../driver/table-driver.ts'
import { toStorageError } from '../errors/explain.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'

/** How a call reaches the driver: what it is, what it is done to, and on whose receipt it goes. */
export interface CallPlace {
  /** The operation, as errors name it. */
  readonly operation: string
  /** What it is done to. */
  readonly resource: string | undefined
}

const policyRank: Readonly<Record<EmulationPolicy, number>> = { never: 0, cheap: 1, always: 2 }

/** What the portable classes of one storage share: the driver, the emulation policy, and closing. */
export class Session {
  readonly driver: StorageDriver
  /** What people call the storage. */
  readonly name: string
  readonly #policy: EmulationPolicy
  readonly #closing = new AbortController()
  #running = 0
  #whenIdle: (() => void) | undefined
  #closed: Promise<void> | undefined

  constructor(driver: StorageDriver, policy: EmulationPolicy, name: string = driver.backend) {
    if (!Object.hasOwn(policyRank, policy)) {
      throw invalidArgument(`emulation policy "${String(policy)}" is unknown: use never, cheap or always`)
    }
    this.driver = driver
    this.name = name
    this.#policy = policy
  }

  /**
   * Tells whether a capability is emulated, and refuses one that is absent or that the policy doesn't allow.
   *
   * @returns true when core has to do it itself
   */
  isEmulated(capability: CapabilityName, place: CallPlace): boolean {
    const { operations } = this.driver.capabilities
    const support = Object.hasOwn(operations, capability) ? operations[capability] : undefined
    if (support === undefined) throw this.#unsupported(capability, place, `${this.driver.backend} can't do that`)
    if (support.kind === 'native') return false
    const allowed = support.cost === 'cheap' ? policyRank.cheap : policyRank.always
    if (policyRank[this.#policy] >= allowed) return true
    const policy = support.cost === 'cheap' ? 'cheap' : 'always'
    const advice = `it would be emulated (${support.how}); open the storage with emulation: '${policy}' to allow that`
    throw this.#unsupported(capability, place, advice)
  }

  /** Refuses a capability that is absent, or emulated beyond the policy. */
  require(capability: CapabilityName, place: CallPlace): void {
    this.isEmulated(capability, place)
  }

  #unsupported(capability: CapabilityName, place: CallPlace, advice: string): StorageError {
    const facts = {
      code: 'unsupported',
      message: `${capability} is not available: ${advice}`,
      details: { capability },
    } as const
    return new StorageError(facts, { backend: this.driver.backend, ...place })
  }

  /** The driver's tables; the capability check comes before. */
  get tables(): TableDriver {
    return this.#group(this.driver.tables, 'tables')
  }

  /** The driver's files. */
  get files(): FileDriver {
    return this.#group(this.driver.files, 'files')
  }

  /** The driver's jobs. */
  get jobs(): JobDriver {
    return this.#group(this.driver.jobs, 'jobs')
  }

  #group<Group>(group: Group | undefined, name: string): Group {
    if (group !== undefined) return group
    const message = `${this.driver.backend} declares ${name} in its capabilities but has none: this is a fault of the adapter`
    throw new StorageError({ code: 'internal', message }, { backend: this.driver.backend })
  }

  /**
   * Runs one operation: with a signal made of the caller's, the deadline and closing, and with every failure turned into a
   * StorageError.
   */
  async run<Result>(
    place: CallPlace,
    options: CallOptions,
    work: (call: CallContext) => Promise<Result>,
    receipt: ReceiptRecorder = new ReceiptRecorder(),
  ): Promise<Result> {
    const signal = this.signal(options)
    this.enter()
    try {
      if (signal.aborted) throw signal.reason
      return await work({ signal, receipt })
    } catch (error) {
      throw this.explain(error, place, signal)
    } finally {
      this.leave()
    }
  }

  /** Like {@link Session.run} for work that gives a stream: failures on the way are turned into StorageErrors too. */
  async *stream<Item>(
    place: CallPlace,
    options: CallOptions,
    open: (call: CallContext) => AsyncIterable<Item>,
    receipt: ReceiptRecorder = new ReceiptRecorder(),
  ): AsyncGenerator<Item, void, undefined> {
    const signal = this.signal(options)
    try {
      if (signal.aborted) throw signal.reason
      yield* open({ signal, receipt })
    } catch (error) {
      throw this.explain(error, place, signal)
    }
  }

  /** Gives the signal for a call. */
  signal(options: CallOptions): AbortSignal {
    const { signal, timeoutMs } = options
    const closing = this.#closing.signal
    if (signal === undefined && timeoutMs === undefined) return closing
    const signals = signal === undefined ? [closing] : [closing, signal]
    if (timeoutMs !== undefined) signals.push(AbortSignal.timeout(checkTimeout(timeoutMs)))
    return AbortSignal.any(signals)
  }

  /**
   * Turns a failure into a StorageError. After an abort its reason counts, not what it broke on the way, unless the failure
   * says what became of a write.
   */
  explain(error: unknown, place: CallPlace, signal: AbortSignal): StorageError {
    const tellsOutcome = StorageError.is(error) && (error.applied === 'partly' || error.applied === 'unknown')
    if (signal.aborted && !tellsOutcome) return this.#explainAbort(signal.reason, place, error)
    return toStorageError(error, this.driver, place)
  }

  #explainAbort(reason: unknown, place: CallPlace, error: unknown): StorageError {
    if (StorageError.is(reason) || (reason instanceof Error && reason.name === 'TimeoutError')) {
      return toStorageError(reason, this.driver, place)
    }
    const said = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : ''
    const facts = { code: 'aborted', message: `the operation was aborted${said}` } as const
    return new StorageError(facts, { backend: this.driver.backend, ...place }, error)
  }

  /** Notes that work began which closing has to wait for. */
  enter(): void {
    this.#running += 1
  }

  /** Notes that such work has ended and cleaned up. */
  leave(): void {
    this.#running -= 1
    if (this.#running === 0) this.#whenIdle?.()
  }

  /** Aborts what runs, waits until it has cleaned up, then closes the driver. Calling it again gives the same promise. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const facts = { code: 'closed', message: 'the storage was closed: open it again' } as const
    this.#closing.abort(new StorageError(facts, { backend: this.driver.backend }))
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    await this.driver.close()
  }
}

function checkTimeout(timeoutMs: number): number {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs
  throw invalidArgument(`timeoutMs is ${timeoutMs}: give a number of milliseconds above 0`)
}
