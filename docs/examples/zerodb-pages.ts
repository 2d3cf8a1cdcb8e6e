import { openStorage } from 'stowage'
import { startService } from './zerodb-service.ts'

const service = await startService()
const storage = await openStorage({
  adapter: 'zerodb',
  apiKey: service.apiKey,
  baseUrl: service.url,
  tier: 'pro',
})
const events = storage.bucket('default').table('events')
await events.create({
  columns: { n: 'number', kind: 'string' },
  indexes: [{ name: 'n_u', columns: ['n'], unique: true }],
})
await events.load(Array.from({ length: 2500 }, (_, n) => ({ n, kind: n % 2 === 0 ? 'even' : 'odd' })))

// #region pages
const cursor = events.find({ kind: 'odd' }, { sort: { n: 1 } })
let seen = 0
for await (const rows of cursor.batches()) seen += rows.length // pages of 1,000 rows, one in memory at a time

const thirdPage = await events.find({}, { sort: { n: 1 }, offset: 200, limit: 100 }).toArray()
console.log(`${seen} odd rows in ${cursor.receipt.requests} requests; the third page begins with`, thirdPage[0])
// #endregion pages

// #region keyset
const robust = await openStorage({
  adapter: 'zerodb',
  apiKey: service.apiKey,
  baseUrl: service.url,
  tier: 'pro',
  scanField: 'n', // unique, and never changed
})
let rows = 0
for await (const batch of robust.bucket('default').table('events').find().batches()) rows += batch.length
console.log(`${rows} rows, whatever came and went meanwhile`)
// #endregion keyset

if (seen !== 1250 || rows !== 2500 || thirdPage.length !== 100) throw new Error('the example is wrong')
await robust.close()
await storage.close()
await service.close()
