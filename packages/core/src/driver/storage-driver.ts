import type { Capabilities } from '../contract/capabilities.ts'
import type { ErrorFacts } from '../errors/storage-error.ts'
import type { BucketDriver } from './bucket-driver.ts'
import type { CallContext } from './call.ts'
import type { FileDriver } from './file-driver.ts'
import type { JobDriver } from './job-driver.ts'
import type { TableDriver } from './table-driver.ts'

/**
 * What an adapter implements and every layer wraps.
 *
 * A method gets checked, complete requests, does one request's worth of work and returns one page or one result. It
 * fails with whatever it likes; core asks {@link StorageDriver.explainError} what that means and builds the error. A group
 * the backend lacks is left out; an operation its capability record doesn't declare is never called.
 */
export interface StorageDriver {
  /** The adapter's name, for errors and telemetry: `local`, `keboola`, … */
  readonly backend: string
  /** What the backend can do. */
  readonly capabilities: Capabilities
  /** The adapter's typed wire client, complete. */
  readonly native: unknown
  /** Buckets. */
  readonly buckets: BucketDriver
  /** Tables. */
  readonly tables?: TableDriver
  /** Files. */
  readonly files?: FileDriver
  /** Jobs. */
  readonly jobs?: JobDriver
  /** Says what a failure means; undefined when it doesn't know. A `StorageError` never gets here. */
  explainError?(error: unknown): ErrorFacts | undefined
  /** Checks credentials and reachability with one cheap request. */
  ping(call: CallContext): Promise<void>
  /** Releases what the driver holds. Calling it again does nothing. */
  close(): Promise<void>
}
