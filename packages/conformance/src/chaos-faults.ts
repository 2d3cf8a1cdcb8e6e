import type { JobInfo } from '@stowage/core'
import {
  chaosLayer,
  type ChaosFault,
  type DriverCall,
  type FileContent,
  interceptDriver,
  type Layer,
  type LoadRowsRequest,
  type NextCall,
  type OperationName,
  type ReadFileRequest,
  type StorageDriver,
  type WriteFileRequest,
} from '@stowage/core/driver'
import { breakBody, breakContent, breakRows, breakSource, connectionBroke } from './broken-streams.ts'
import type { Fault, FaultHook, FaultKind } from './faults.ts'
import { FaultyJobs } from './faulty-jobs.ts'

/** A layer that makes things go wrong, and the hook that tells it when. */
export interface ChaosFaults {
  /** Put it around the driver. All drivers it is put around share the hook. */
  readonly layer: Layer
  /** What a setup gives as its `faults`. */
  readonly hook: FaultHook
}

const kinds: readonly FaultKind[] = [
  'latency',
  'drop-read',
  'drop-write',
  'status-before',
  'status-after',
  'expire-urls',
  'job',
]

/**
 * Makes the faults for a backend that has no knobs of its own, such as an embedded one: between the driver and whoever calls it.
 *
 * A call meets at most one fault; several for one operation happen one after the other. What differs from a service's own knobs:
 * `drop-read` and `drop-write` of operations without a body lose the answer or the request, rows of a load count the bytes they have
 * as JSON, `expire-urls` means nothing to a driver that reads without signed URLs, and `job` concerns loads.
 *
 * ```ts
 * import { chaosFaults, runConformance } from '@stowage/conformance'
 * import type { StorageDriver } from '@stowage/core/driver'
 *
 * declare function createMyDriver(): Promise<StorageDriver>
 *
 * const faults = chaosFaults()
 * runConformance({
 *   start: () => ({}),
 *   driver: async () => faults.layer(await createMyDriver()),
 *   faults: () => faults.hook,
 * })
 * ```
 */
export function chaosFaults(): ChaosFaults {
  const pending = new PendingFaults()
  const jobs = new FaultyJobs()
  const layer: Layer = (driver) =>
    interceptDriver(driver, async (call, next) => {
      const fault = pending.take(call.operation)
      const result = fault === undefined ? await next(call) : await runWithFault(driver, jobs, call, next, fault)
      return call.operation === 'jobs.get' ? jobs.report(result as JobInfo) : result
    })
  const hook: FaultHook = {
    kinds,
    inject: (fault) => pending.add(fault),
    clear: () => pending.clear(),
  }
  return { layer, hook }
}

/** A fault that happens to a call. */
type CallFault = Exclude<Fault, { kind: 'expire-urls' }>

/** Faults that have yet to happen. */
class PendingFaults {
  #faults: { readonly fault: CallFault; left: number }[] = []

  add(fault: Fault): void {
    if (fault.kind === 'expire-urls') return
    const left = fault.kind === 'job' ? 1 : (fault.times ?? 1)
    if (left > 0) this.#faults.push({ fault, left })
  }

  /** Gives the fault that happens to this call, and counts it as happened. */
  take(operation: OperationName): CallFault | undefined {
    const next = this.#faults.find(({ fault }) => operationOf(fault) === operation)
    if (next === undefined) return undefined
    next.left -= 1
    if (next.left === 0) this.#faults = this.#faults.filter((other) => other !== next)
    return next.fault
  }

  clear(): void {
    this.#faults = []
  }
}

function operationOf(fault: CallFault): OperationName {
  return fault.kind === 'job' ? 'tables.load' : fault.operation
}

function runWithFault(
  driver: StorageDriver,
  jobs: FaultyJobs,
  call: DriverCall,
  next: NextCall,
  fault: CallFault,
): Promise<unknown> {
  switch (fault.kind) {
    case 'drop-read':
      return dropRead(call, next, fault.afterBytes)
    case 'drop-write':
      return next({ ...call, request: dropWrite(call, fault.afterBytes) })
    case 'job':
      return next({ ...call, request: jobs.spoil(call.request as LoadRowsRequest, call.context, fault.status) })
    default:
      return sendThrough(chaosLayer({ rules: [{ operation: call.operation, fault: chaosOf(fault) }] })(driver), call)
  }
}

function chaosOf(fault: Extract<CallFault, { kind: 'latency' | 'status-before' | 'status-after' }>): ChaosFault {
  if (fault.kind === 'latency') return { kind: 'latency', ms: fault.ms }
  return {
    kind: 'error',
    code: fault.status === 429 ? 'rate-limited' : 'unavailable',
    when: fault.kind === 'status-after' ? 'after' : 'before',
    retryAfterMs: fault.retryAfterMs,
  }
}

async function sendThrough(driver: StorageDriver, { operation, request, context }: DriverCall): Promise<unknown> {
  if (operation === 'ping') return driver.ping(context)
  const [group, method] = operation.split('.') as ['tables', 'get']
  return driver[group]?.[method](request as never, context)
}

async function dropRead(call: DriverCall, next: NextCall, afterBytes: number): Promise<unknown> {
  if (call.operation === 'files.read') {
    // What is cut must be copied, and the chunk it is cut from given back by whoever lent it.
    const request: ReadFileRequest = { ...(call.request as ReadFileRequest), mayLend: false }
    return breakContent((await next({ ...call, request })) as FileContent, afterBytes)
  }
  const result = await next(call)
  if (call.operation === 'tables.exportCsv') return breakBody(result as AsyncIterable<Uint8Array>, afterBytes)
  throw connectionBroke(afterBytes)
}

function dropWrite({ operation, request }: DriverCall, afterBytes: number): object {
  if (operation === 'files.write') return breakSource(request as WriteFileRequest, afterBytes)
  if (operation === 'tables.load') return breakRows(request as LoadRowsRequest, afterBytes)
  throw connectionBroke(afterBytes)
}
