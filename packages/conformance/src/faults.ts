import type { JobStatus } from '@stowage/core'
import type { OperationName } from '@stowage/core/driver'

/** Something that goes wrong at the backend, or on the way to it. */
export type Fault =
  | {
      /** The answer waits. */
      readonly kind: 'latency'
      /** Which operation. */
      readonly operation: OperationName
      /** How long, in milliseconds. */
      readonly ms: number
      /** How many times it happens, from the next one on. Default 1. */
      readonly times?: number
    }
  | {
      /** The connection breaks while a body comes in. */
      readonly kind: 'drop-read'
      /** Which operation. */
      readonly operation: OperationName
      /** After how many bytes of the body. */
      readonly afterBytes: number
      /** How many times it happens. Default 1. */
      readonly times?: number
    }
  | {
      /** The connection breaks while a body goes out; the backend keeps nothing of it. */
      readonly kind: 'drop-write'
      /** Which operation. */
      readonly operation: OperationName
      /** After how many bytes of the body. */
      readonly afterBytes: number
      /** How many times it happens. Default 1. */
      readonly times?: number
    }
  | {
      /** The backend answers with an error: instead of doing its work, or after it, so that only the answer is lost. */
      readonly kind: 'status-before' | 'status-after'
      /** Which operation. */
      readonly operation: OperationName
      /** The HTTP status; 429, 500 or 503. */
      readonly status: number
      /** How long the answer asks to wait, in milliseconds. Default: it doesn't. */
      readonly retryAfterMs?: number
      /** How many times it happens. Default 1. */
      readonly times?: number
    }
  | {
      /** Every signed URL handed out so far has expired. */
      readonly kind: 'expire-urls'
    }
  | {
      /** The next job ends in this state instead of succeeding; `processing` never ends. */
      readonly kind: 'job'
      /** The state. */
      readonly status: Extract<JobStatus, 'processing' | 'failed' | 'cancelled' | 'terminated'>
    }

/** The kinds of faults. */
export type FaultKind = Fault['kind']

/** How the suite makes things go wrong, where the harness can. */
export interface FaultHook {
  /** What it can do; checks that need more are reported as not run. */
  readonly kinds: readonly FaultKind[]
  /** Makes it happen to the next calls. A harness that can't tell operations apart applies it to the next requests. */
  inject(fault: Fault): void | Promise<void>
  /** Forgets what hasn't happened yet. */
  clear(): void | Promise<void>
}
