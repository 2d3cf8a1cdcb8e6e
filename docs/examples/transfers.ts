import { openStorage, StorageError } from 'stowage'

const storage = await openStorage()
const bucket = storage.bucket('measurements')
await bucket.create()
const table = bucket.table('readings')
await table.create({ columns: { id: 'number', sensor: 'string', value: 'number' }, primaryKey: ['id'] })

/** Rows made on the way: a load takes any iterable and never holds all of it. */
function* readings(count: number): Generator<{ id: number; sensor: string; value: number }> {
  for (let id = 0; id < count; id++) yield { id, sensor: `s${id % 7}`, value: (id * 37) % 1000 }
}

const load = table.load(readings(20_000), { mode: 'upsert' })
load.onStatus((status, reason) => console.log(status, '-', reason))
const { inserted } = await load
console.log(inserted, 'rows in', load.receipt.requests, 'requests')

const done = table.export('readings.csv', { filter: { sensor: 's3' } })
for await (const { rows } of done) if (rows !== undefined) console.log(rows, 'rows written')

// A load that is stopped leaves the table as it was.
const stopped = table.load(readings(1_000_000), { mode: 'replace' })
setTimeout(() => void stopped.abort('enough'), 20)
const error: unknown = await stopped.catch((reason: unknown) => reason)
console.log(stopped.status, StorageError.is(error, 'aborted'), (await table.count()).count)

if (inserted !== 20_000 || (await table.count()).count !== 20_000) throw new Error('the example is wrong')
await storage.close()
