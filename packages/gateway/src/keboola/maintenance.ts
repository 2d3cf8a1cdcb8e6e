import { KeboolaError } from './keboola-error.ts'
import { formatTime } from './time-expression.ts'

/** What a maintenance says of itself. */
export interface MaintenanceNotice {
  /** How long it will take, in seconds. Default 600. */
  readonly seconds?: number | undefined
  /** Why. Default `Planned upgrade`. */
  readonly reason?: string | undefined
}

/** A project that may be under maintenance: then every call is refused with 503. */
export class Maintenance {
  #refusal: MaintenanceError | undefined

  /** Begins it. */
  start({ seconds = 600, reason = 'Planned upgrade' }: MaintenanceNotice, nowMs: number): void {
    this.#refusal = new MaintenanceError(seconds, reason, formatTime(nowMs + seconds * 1000))
  }

  /** Ends it. */
  end(): void {
    this.#refusal = undefined
  }

  /** Fails while it lasts. */
  check(): void {
    if (this.#refusal !== undefined) throw this.#refusal
  }
}

class MaintenanceError extends KeboolaError {
  readonly #estimatedEndTime: string

  constructor(seconds: number, reason: string, estimatedEndTime: string) {
    super(503, 'maintenance', reason, { headers: { 'retry-after': String(seconds) } })
    this.#estimatedEndTime = estimatedEndTime
  }

  // Neither an error nor a code: clients that look for one have to cope.
  override get body(): Readonly<Record<string, unknown>> {
    return { status: 'maintenance', estimatedEndTime: this.#estimatedEndTime, reason: this.message }
  }
}
