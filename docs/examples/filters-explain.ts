import { openStorage } from 'stowage'

const storage = await openStorage()
const shop = storage.bucket('shop')
await shop.create()
const products = shop.table('products')
await products.create({ columns: { sku: 'string', price: 'number', tags: 'array' }, primaryKey: ['sku'] })
await products.insert([
  { sku: 'pen', price: 2, tags: ['office', 'blue'] },
  { sku: 'ink', price: 9, tags: ['office'] },
  { sku: 'desk', price: 240, tags: [], size: { width: 160, depth: 80 } },
])

// #region find
const cheap = await products
  .find({ price: { $lt: 10 }, tags: 'office' }, { sort: { price: 1 }, projection: ['sku', 'price'] })
  .toArray()
console.log(cheap)

const wide = await products.find({ $or: [{ 'size.width': { $gte: 120 } }, { sku: { $regex: '^p' } }] }).toArray()
console.log(wide.map((row) => row['sku']))
// #endregion find

// #region explain
const plan = await products.explain({ price: { $lt: 10 }, tags: 'office' }, { sort: { price: 1 }, limit: 10 })
console.log('the backend evaluates', plan.pushed)
console.log('core evaluates', plan.residual)
console.log('sorted by', plan.sort, '- limited by', plan.limit)
for (const note of plan.notes) console.log(note)
// #endregion explain

if (cheap.length !== 2 || wide.length !== 2) throw new Error('the example is wrong')
await storage.close()
