import { invalidArgument } from '@stowage/core/driver'

/** What goes wrong with a job. */
export interface JobFault {
  /** Only jobs of this operation, for example `tableImport`. Default: all. */
  readonly operationName?: string | undefined
  /** How many jobs it hits. Default 1. */
  readonly times?: number | undefined
  /**
   * What happens: `slow` waits for `delayMs` first; `stuck` never ends; `error`, `cancelled` and `terminated` end so, nothing done;
   * `vanished` is done and can't be found afterwards; `failed-at-submit` is over with an error in the answer that
   * accepts it already; `error-after-commit` ends so although all is done.
   */
  readonly kind:
    | 'slow'
    | 'stuck'
    | 'error'
    | 'cancelled'
    | 'terminated'
    | 'vanished'
    | 'failed-at-submit'
    | 'error-after-commit'
  /** How long `slow` waits, in milliseconds of the gateway's clock. Default 1,000. */
  readonly delayMs?: number | undefined
  /** The code of an error. Default `storage.jobs.loadFailed`, as the guide has it. */
  readonly code?: string | undefined
  /** Its message. */
  readonly message?: string | undefined
}

const kinds: readonly string[] = [
  'slow',
  'stuck',
  'error',
  'cancelled',
  'terminated',
  'vanished',
  'failed-at-submit',
  'error-after-commit',
] satisfies readonly JobFault['kind'][]

/** The faults that jobs to come are hit by: for tests of clients. */
export class JobFaults {
  #waiting: { readonly fault: JobFault; left: number }[] = []

  /**
   * Has the next jobs go wrong. Several faults hit one job after the other.
   *
   * @throws StorageError `invalid-argument` for a kind or count that can't be
   */
  add(fault: JobFault): void {
    if (!kinds.includes(fault.kind)) {
      throw invalidArgument(`the kind of a job fault is "${String(fault.kind)}": use ${kinds.join(', ')}`)
    }
    const { times = 1, delayMs = 0 } = fault
    if (!Number.isInteger(times) || times < 1) throw invalidArgument('times must be a whole number from 1')
    if (!Number.isFinite(delayMs) || delayMs < 0) throw invalidArgument('delayMs must be a number from 0')
    this.#waiting.push({ fault: { ...fault }, left: times })
  }

  /** Lets the jobs to come be. */
  clear(): void {
    this.#waiting = []
  }

  /**
   * Gives the fault that hits a job, and counts it.
   *
   * @internal
   */
  next(operationName: string): JobFault | undefined {
    const hit = this.#waiting.find(({ fault }) => (fault.operationName ?? operationName) === operationName)
    if (hit === undefined) return undefined
    hit.left -= 1
    if (hit.left === 0) this.#waiting = this.#waiting.filter((one) => one !== hit)
    return hit.fault
  }
}
