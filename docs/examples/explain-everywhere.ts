import { createStowage, type Filter } from 'stowage'
import { startService as startKeboola } from './keboola-service.ts'
import { startService as startZerodb } from './zerodb-service.ts'

const [keboola, zerodb] = await Promise.all([startKeboola(), startZerodb()])

// #region everywhere
const stowage = await createStowage({
  default: 'dev',
  backends: {
    dev: { adapter: 'local', memory: true },
    lake: { adapter: 'keboola', url: keboola.url, token: keboola.token },
    docs: { adapter: 'zerodb', baseUrl: zerodb.url, apiKey: zerodb.apiKey },
  },
})
const buckets = { dev: 'in.c-shop', lake: 'in.c-shop', docs: 'default' }
const filter: Filter = { state: 'open', total: { $gte: 10 }, $or: [{ id: { $regex: '^1' } }, { total: { $gt: 100 } }] }

for (const [backend, bucketName] of Object.entries(buckets)) {
  const bucket = stowage.storage(backend).bucket(bucketName)
  if (stowage.storage(backend).supports('buckets.create')) await bucket.create()
  const orders = bucket.table('orders')
  await orders.create({ columns: { id: 'string', total: 'number', state: 'string' }, primaryKey: ['id'] })
  await orders.insert([
    { id: '10', total: 50, state: 'open' },
    { id: '11', total: 5, state: 'open' },
    { id: '20', total: 500, state: 'open' },
    { id: '12', total: 70, state: 'paid' },
  ])
  const plan = await orders.explain(filter)
  const rows = await orders.find(filter, { sort: { id: 1 } }).toArray()
  console.log(backend, rows)
  console.log(`  by the backend: ${JSON.stringify(plan.pushed)}`)
  console.log(`  here:           ${JSON.stringify(plan.residual)}`)
  if (rows.length !== 2) throw new Error('the example is wrong')
}
// #endregion everywhere

await stowage.close()
await Promise.all([keboola.close(), zerodb.close()])
