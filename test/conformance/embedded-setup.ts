import { createLocalDriver } from '@stowage/adapter-local'
import { chaosFaults, type ConformanceSetup, type Gaps } from '@stowage/conformance'
import { ReceiptRecorder, type StorageDriver } from '@stowage/core/driver'
import { fixedBucket } from './masked-driver.ts'
import { secret } from './mutants/failure-mutants.ts'

/** The embedded backend in memory with all faults, over which a test puts what it wants the suite to see. */
export function embeddedSetup(
  change: (driver: StorageDriver) => StorageDriver = (driver) => driver,
  gaps: Gaps = {},
): ConformanceSetup<object> {
  const faults = chaosFaults()
  return {
    start: () => ({}),
    driver: async () => {
      const driver: StorageDriver = await createLocalDriver({ memory: true })
      const request = { bucket: fixedBucket, displayName: undefined, description: undefined }
      await driver.buckets.create(request, { signal: new AbortController().signal, receipt: new ReceiptRecorder() })
      return change(faults.layer(driver))
    },
    fixedBucket,
    faults: () => faults.hook,
    secret,
    gaps,
  }
}
