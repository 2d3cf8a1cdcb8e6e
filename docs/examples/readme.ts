import { openStorage } from 'stowage'

const storage = await openStorage() // no config: the embedded backend, in ./.stowage
await storage.bucket('shop').create()
const customers = storage.bucket('shop').table('customers')
await customers.create({ columns: { id: 'string', city: 'string', balance: 'number' }, primaryKey: ['id'] })

await customers.insert([
  { id: 'c1', city: 'Brno', balance: 2400 },
  { id: 'c2', city: 'Praha', balance: 180 },
])
for await (const row of customers.find({ balance: { $gte: 1000 } }, { sort: { balance: -1 } })) console.log(row)

await customers.export('customers.csv') // a Transfer: await it, watch it, abort it
await storage.bucket('shop').file('2026/customers.csv').upload('customers.csv')
await storage.close()
