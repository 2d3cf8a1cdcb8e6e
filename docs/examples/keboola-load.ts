import { writeFile } from 'node:fs/promises'
import { openStorage } from 'stowage'
import { startService } from './keboola-service.ts'

const service = await startService()
const storage = await openStorage({ adapter: 'keboola', url: service.url, token: service.token })
await storage.bucket('in.c-main').create()
const orders = storage.bucket('in.c-main').table('orders')
await orders.create({ columns: { id: 'string', state: 'string' }, primaryKey: ['id'] })
await orders.load([
  { id: '1', state: 'open' },
  { id: '2', state: 'open' },
])
await new Promise((resolve) => setTimeout(resolve, 1100)) // the service tells seconds apart

// #region load
await writeFile('orders.csv', 'id,state\n2,paid\n3,open\n')

// One file, one import job: rows with a known key are replaced, the others are added. Nothing of it is seen before the job is done.
const { rows } = await orders.load('orders.csv', { mode: 'upsert' })
// #endregion load

// #region changed
const aSecondAgo = new Date(Date.now() - 1000) // yesterday, in a program that runs every day
const changed = orders.export('changed.csv', { changedSince: aSecondAgo })
console.log(`${rows} rows in, ${(await changed).rows} rows changed since`)
// #endregion changed

const states = await orders.find({}, { sort: { id: 1 } }).toArray()
if (JSON.stringify(states.map(({ state }) => state)) !== '["open","paid","open"]')
  throw new Error('the example is wrong')
await storage.close()
await service.close()
