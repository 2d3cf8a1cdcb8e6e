import { readFile } from 'node:fs/promises'
import { openStorage } from 'stowage'
import { startService } from './keboola-service.ts'

const service = await startService()

// #region export
const storage = await openStorage({
  adapter: 'keboola',
  url: service.url, // or KEBOOLA_STACK_URL; the service on this machine here
  token: service.token, // or KEBOOLA_TOKEN
})
const main = storage.bucket('in.c-main')
await main.create({ description: 'orders of the shop' })
const orders = main.table('orders')
await orders.create({ columns: { id: 'string', total: 'number', state: 'string' }, primaryKey: ['id'] })
await orders.load([
  { id: '1', total: 12.5, state: 'paid' },
  { id: '2', total: 40, state: 'open' },
  { id: '3', total: 7, state: 'paid' },
])

const transfer = orders.export('paid.csv', { filter: { state: 'paid' }, columns: ['id', 'total'] })
transfer.onProgress(({ rows, transferred, unit }) => console.error(`${rows ?? 0} rows, ${transferred} ${unit}`))
const { rows, sizeBytes, receipt } = await transfer
console.log(`${rows} rows, ${sizeBytes} bytes, by the jobs ${receipt.jobIds.join(', ')}`)
// #endregion export

console.log(await readFile('paid.csv', 'utf8'))
if (rows !== 2) throw new Error('the example is wrong')
await storage.close()
await service.close()
