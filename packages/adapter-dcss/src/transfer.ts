import { StorageError, type Transfer, type TransferProgress, type TransferStatus } from '@stowage/core'

/** The numbers the official library gives the states of a transfer (contract section 7). */
export const DcssTransferStatus: {
  /** Nothing is known; never seen here. */
  readonly UNKNOWN: 0
  /** Made, not started. */
  readonly READY: 1
  /** Data flows. */
  readonly ACTIVE: 10
  /** Aborted before the end. */
  readonly STOPPED: 20
  /** Done, and confirmed. */
  readonly FINISHED: 30
  /** Failed. */
  readonly ERROR: 90
} = { UNKNOWN: 0, READY: 1, ACTIVE: 10, STOPPED: 20, FINISHED: 30, ERROR: 90 }

/** One of the numbers. */
export type DcssTransferStatus = (typeof DcssTransferStatus)[keyof typeof DcssTransferStatus]

const numbers: Readonly<Record<TransferStatus, DcssTransferStatus>> = {
  ready: DcssTransferStatus.READY,
  active: DcssTransferStatus.ACTIVE,
  stopped: DcssTransferStatus.STOPPED,
  finished: DcssTransferStatus.FINISHED,
  error: DcssTransferStatus.ERROR,
}

/** Called with what it was registered at. */
export type DcssCallback<Subject> = (subject: Subject) => void

/** Keeps callbacks and calls them; one that throws is reported as a process warning and disturbs nobody. */
class Callbacks<Subject> {
  readonly #callbacks = new Set<DcssCallback<Subject>>()

  add(callback: DcssCallback<Subject>): void {
    this.#callbacks.add(callback)
  }

  remove(callback: DcssCallback<Subject>): void {
    this.#callbacks.delete(callback)
  }

  call(subject: Subject): void {
    for (const callback of this.#callbacks) callSafely(callback, subject)
  }
}

function callSafely<Subject>(callback: DcssCallback<Subject>, subject: Subject): void {
  try {
    callback(subject)
  } catch (error) {
    process.emitWarning(`a callback of a transfer failed: ${String(error)}`, 'StowageWarning')
  }
}

/** How far a transfer is, in the official words. */
export class DcssProgress {
  readonly #read: () => TransferProgress
  readonly #isEnded: () => boolean
  readonly #callbacks: Callbacks<DcssProgress> = new Callbacks()

  /** @internal */
  constructor(read: () => TransferProgress, isEnded: () => boolean) {
    this.#read = read
    this.#isEnded = isEnded
  }

  /** How many bytes there are in all; 0 while that isn't known. */
  get total(): number {
    return this.#read().total ?? 0
  }

  /** How many bytes are done. */
  get transferred(): number {
    return this.#read().transferred
  }

  /** Whole percent, rounded down; 100 exactly when the transfer has finished. */
  get percentage(): number {
    return this.#read().percentage
  }

  /** Bytes a second over the last seconds; 0 until there is something to go by. */
  get speed(): number {
    return this.#read().speed
  }

  /** The part that is under way, from 1. */
  get part(): number {
    return this.#read().part
  }

  /** How many parts there are. */
  get parts(): number {
    return this.#read().parts
  }

  /** Has a callback called with this on progress: at most every 100 ms, and at the end; at once where the end has come. */
  registerCallback(callback: DcssCallback<DcssProgress>): void {
    this.#callbacks.add(callback)
    if (this.#isEnded()) callSafely(callback, this)
  }

  /** Takes a callback away again. */
  unregisterCallback(callback: DcssCallback<DcssProgress>): void {
    this.#callbacks.remove(callback)
  }

  /** @internal */
  notify(): void {
    this.#callbacks.call(this)
  }
}

/**
 * A transfer under the names and numbers of the official library, with what its users wish it did: it ends exactly once, as `FINISHED`
 * only after everything is confirmed, `ERROR` is always set, and an abort takes effect at once.
 */
export class DcssTransfer {
  readonly #transfer: Transfer<unknown>
  readonly #data: () => Uint8Array | null
  readonly #callbacks: Callbacks<DcssTransfer> = new Callbacks()
  /** How far it is. */
  readonly progress: DcssProgress

  /** @internal */
  constructor(transfer: Transfer<unknown>, data: () => Uint8Array | null = () => null) {
    this.#transfer = transfer
    this.#data = data
    this.progress = new DcssProgress(
      () => transfer.progress,
      () => this.#isEnded,
    )
    transfer.onProgress(() => this.#notify())
    transfer.onStatus(() => this.#notify())
  }

  /** Where it stands, as one of {@link DcssTransferStatus}. */
  get status(): DcssTransferStatus {
    return numbers[this.#transfer.status]
  }

  /** Why it stands there, for people. */
  get reason(): string {
    return this.#transfer.reason
  }

  /** The bytes of a download to memory so far; null for other transfers, and after one that didn't finish. */
  get data(): Uint8Array | null {
    const isLost = this.status === DcssTransferStatus.STOPPED || this.status === DcssTransferStatus.ERROR
    return isLost ? null : this.#data()
  }

  /**
   * Has a callback called with this on progress and on every change of status; at once where the end has come. From then on a failure
   * counts as seen.
   */
  registerCallback(callback: DcssCallback<DcssTransfer>): void {
    this.#transfer.catch(() => undefined)
    this.#callbacks.add(callback)
    if (this.#isEnded) callSafely(callback, this)
  }

  /** Takes a callback away again. */
  unregisterCallback(callback: DcssCallback<DcssTransfer>): void {
    this.#callbacks.remove(callback)
  }

  /** Stops it and waits until it has cleaned up; does nothing to one that ended. */
  abort(reason?: string): Promise<void> {
    return this.#transfer.abort(reason)
  }

  /** Waits for the end and gives the status; never fails. */
  async join(): Promise<DcssTransferStatus> {
    await this.#transfer.catch(() => undefined)
    return this.status
  }

  /**
   * Waits for the end, and fails unless it is `FINISHED`.
   *
   * @throws StorageError `aborted`, or what went wrong
   */
  async joinOrThrow(): Promise<void> {
    await this.#transfer
  }

  get #isEnded(): boolean {
    const { status } = this
    return status !== DcssTransferStatus.READY && status !== DcssTransferStatus.ACTIVE
  }

  #notify(): void {
    this.progress.notify()
    this.#callbacks.call(this)
  }
}

/** Makes the failure for a download to memory that is larger than allowed. */
export function tooLargeForMemory(sizeBytes: number, maxBytes: number): StorageError {
  const message = `the file is ${sizeBytes} bytes long, and at most ${maxBytes} are to be held in memory: download it to a path`
  return new StorageError({ code: 'invalid-argument', message, details: { sizeBytes, maxBytes } })
}
