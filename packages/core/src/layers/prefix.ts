import { Buffer } from 'node:buffer'
import type { Limits } from '../contract/capabilities.ts'
import type { DeleteOutcome } from '../contract/file.ts'
import type { JobRequest } from '../driver/job-driver.ts'
import { type DriverCall, interceptDriver, type Layer, type NextCall } from '../driver/operation.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import { mapBodyErrors, replaceBody } from './call-body.ts'
import { checkOptions, type OptionTable } from './option-table.ts'
import { PrefixErrors } from './prefix-errors.ts'
import { prefixRewrites } from './prefix-rewrites.ts'
import { PrefixedNames } from './prefixed-names.ts'

/** What {@link prefixLayer} can be told. A prefix should end with a separator: `acme` also holds what `acme2` holds. */
export interface PrefixOptions {
  /** What bucket names begin with on the backend, for example `acme-`. Default none. */
  readonly buckets?: string | undefined
  /** What file keys begin with on the backend, for example `tenants/acme/`. Default none. */
  readonly keys?: string | undefined
}

/** The options of {@link prefixLayer} that a config can hold. */
export const prefixOptionTable: OptionTable = {
  buckets: { type: 'string', description: 'What bucket names begin with on the backend. Default none.' },
  keys: { type: 'string', description: 'What file keys begin with on the backend. Default none.' },
}

/**
 * Makes a layer that confines a storage to the buckets, or within each bucket to the files, whose names begin with a prefix.
 * The app sees and writes names without it.
 *
 * Names outside the prefix can't be reached: whatever a backend lists beyond it is left out, jobs about other buckets or
 * files are `not-found`, and names with `.` or `..` as a path segment are refused, since a backend that resolves them
 * would lead out. Two things show the full name: a signed URL, and the adapter's own client (`native`), which isn't
 * confined. Limits on the length of names shrink by the prefix.
 */
export function prefixLayer(options: PrefixOptions): Layer {
  checkOptions('prefix', prefixOptionTable, options)
  const { buckets = '', keys = '' } = options
  const names = new PrefixedNames(buckets, keys)
  return (driver) => {
    const limits = shrinkLimits(driver.capabilities.limits, buckets, keys)
    return interceptDriver(driver, (call, next) => runPrefixed(driver, names, call, next), {
      capabilities: { ...driver.capabilities, limits },
    })
  }
}

async function runPrefixed(
  driver: StorageDriver,
  names: PrefixedNames,
  call: DriverCall,
  next: NextCall,
): Promise<unknown> {
  const { operation } = call
  const rewrite = prefixRewrites[operation]
  const full = { ...call, request: rewrite.request(call.request as never, names) }
  const errors = new PrefixErrors(driver, call, full)
  try {
    if (operation === 'jobs.cancel') await refuseForeignJob(driver, full, names)
    const result = rewrite.result((await next(full)) as never, names)
    if (operation === 'files.deleteMany') return errors.stripOutcomes(result as readonly DeleteOutcome[])
    return replaceBody(operation, result, (body) => mapBodyErrors(body, (error) => errors.strip(error)))
  } catch (error) {
    throw errors.strip(error)
  }
}

// The job must not hear of it before it is known to be one of ours.
async function refuseForeignJob(driver: StorageDriver, call: DriverCall, names: PrefixedNames): Promise<void> {
  const job = await driver.jobs?.get(call.request as JobRequest, call.context)
  if (job !== undefined) names.jobOut(job)
}

function shrinkLimits(limits: Limits, buckets: string, keys: string): Limits {
  return { ...limits, ...shrink('bucketNameBytes', limits, buckets), ...shrink('keyBytes', limits, keys) }
}

function shrink(name: 'bucketNameBytes' | 'keyBytes', limits: Limits, prefix: string): Partial<Limits> {
  const limit = limits[name]
  if (limit === undefined) return {}
  const left = limit - Buffer.byteLength(prefix)
  if (left > 0) return { [name]: left }
  const message = `the prefix ${JSON.stringify(prefix)} leaves no room for names: this backend allows ${limit} bytes in all`
  throw invalidArgument(message, { limit })
}
