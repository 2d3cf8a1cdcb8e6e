import type { StorageDriver } from '@stowage/core/driver'
import type { FaultHook } from './faults.ts'
import type { Gaps } from './gaps.ts'

/**
 * How the suite gets at a backend: what starts it, what makes a driver for it, and what it admits to lack.
 *
 * @typeParam Backend - what `start` gives: whatever the other functions need, for example the URL of a service's test double
 */
export interface ConformanceSetup<Backend = unknown> {
  /** Starts what stands for the service, once for the whole suite. An adapter that needs nothing gives an empty object. */
  readonly start: () => Backend | Promise<Backend>
  /** Stops it again. Default: calls its `close` where it has one. */
  readonly stop?: (backend: Backend) => void | Promise<void>
  /** Makes a driver. Called more than once; each driver is closed by the suite, and a second one need not see the first one's data. */
  readonly driver: (backend: Backend) => StorageDriver | Promise<StorageDriver>
  /** What the backend can't do or doesn't do yet, with reasons. Default none. */
  readonly gaps?: Gaps
  /** Makes things go wrong. Without it, checks that need a fault are reported as not run. */
  readonly faults?: (backend: Backend) => FaultHook
  /** Counts the requests the service has seen so far: a refusal must add none. Default: only calls of the driver are watched. */
  readonly requests?: (backend: Backend) => number
  /** Bucket names for a backend with rules of its own, from a short lower-case label such as `check-0012`. Default: the label itself. */
  readonly bucketName?: (label: string) => string
  /** The bucket to use on a backend whose buckets are fixed. */
  readonly fixedBucket?: string
  /** The bucket files are in on a backend that keeps all of them in one, apart from tables; checks keep to a prefix of their own there. */
  readonly fileBucket?: string
  /** How many files the check of long listings makes: 10 at least. Default 10,001; lower it where a file costs several requests, but stay above a page. */
  readonly listedFiles?: number
  /** A text that must never show in an error, a log or `inspect`: the credential the driver was made with. */
  readonly secret?: string
  /** What the tests are grouped under, for example `local in memory`. Default `conformance`. */
  readonly name?: string
}
