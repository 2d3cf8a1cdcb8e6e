import { createLocalDriver } from '@stowage/adapter-local'
import { type DriverCall, interceptDriver, type Layer, type NextCall, retryLayer } from '@stowage/core/driver'
import { createStorage, openStorage, StorageError } from 'stowage'

// #region config
const flaky = await openStorage({
  adapter: 'local',
  memory: true,
  layers: [
    { retry: { maxAttempts: 3, baseDelayMs: 1 } },
    // Nearest the driver: the first count fails before it gets there.
    { chaos: { rules: [{ operation: 'tables.count', nth: 1, fault: { kind: 'error', code: 'unavailable' } }] } },
  ],
})
const bucket = flaky.bucket('main')
await bucket.create()
const table = bucket.table('numbers')
await table.create({ columns: { n: 'number' } })
const { count, receipt } = await table.count()
console.log(count, 'rows,', receipt.retries, 'retry')
await flaky.close()
// #endregion config

// #region own
/** Refuses uploads over a size, whatever the backend. */
function maxUpload(maxBytes: number): Layer {
  return (driver) => interceptDriver(driver, (call, next) => checkSize(call, next, maxBytes))
}

async function checkSize(call: DriverCall, next: NextCall, maxBytes: number): Promise<unknown> {
  if (call.operation !== 'files.write') return next(call)
  const { source } = call.request as { readonly source: { readonly sizeBytes: number | undefined } }
  if (source.sizeBytes !== undefined && source.sizeBytes <= maxBytes) return next(call)
  throw new StorageError({ code: 'invalid-argument', message: `uploads are limited to ${maxBytes} bytes` })
}

const driver = await createLocalDriver({ memory: true })
const storage = createStorage(retryLayer({ maxAttempts: 5 })(maxUpload(10)(driver)))
// #endregion own

await storage.bucket('notes').create()
await storage.bucket('notes').file('short.txt').put('hello')
const refused: unknown = await storage
  .bucket('notes')
  .file('long.txt')
  .put('far too long')
  .catch((error: unknown) => error)
console.log('refused:', StorageError.is(refused, 'invalid-argument'))
if (receipt.retries !== 1 || !StorageError.is(refused)) throw new Error('the example is wrong')
await storage.close()
