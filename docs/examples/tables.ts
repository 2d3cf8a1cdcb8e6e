import { openStorage } from 'stowage'

const storage = await openStorage()
const shop = storage.bucket('shop')
await shop.create()

// #region create
const orders = shop.table('orders')
await orders.create({
  columns: {
    id: 'string',
    customer: { type: 'string', required: true },
    total: 'number',
    placedAt: 'timestamp',
    items: 'array',
  },
  primaryKey: ['id'],
  indexes: [{ name: 'by_customer', columns: ['customer'] }],
})
// #endregion create

// #region write
await orders.insert([
  { id: 'o1', customer: 'ada', total: 120, placedAt: new Date('2026-03-01'), items: [{ sku: 'pen', count: 2 }] },
  { id: 'o2', customer: 'bob', total: 75, placedAt: new Date('2026-03-02'), items: [] },
])
await orders.insert({ id: 'o2', customer: 'bob', total: 80, items: [] }, { mode: 'upsert' }) // the whole row is replaced
await orders.update({ customer: 'ada' }, { $inc: { total: 5 }, $push: { items: { sku: 'ink', count: 1 } } })
// #endregion write

// #region read
const order = await orders.get({ id: 'o1' })
console.log('o1 costs', order?.['total'])

for await (const row of orders.find({ 'items.sku': 'ink' }, { projection: ['id', 'customer'] })) console.log(row)

const { count } = await orders.count({ total: { $gt: 100 } })
console.log(count, 'orders above 100')
// #endregion read

// #region delete
const { deleted } = await orders.delete({ items: [] })
console.log(deleted, 'empty orders deleted')
// #endregion delete

if (order?.['total'] !== 125 || count !== 1 || deleted !== 1) throw new Error('the example is wrong')
await storage.close()
