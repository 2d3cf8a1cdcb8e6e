import { openStorage } from 'stowage'
import { startService } from './zerodb-service.ts'

const service = await startService()

// #region rows
const storage = await openStorage({
  adapter: 'zerodb',
  apiKey: service.apiKey, // or ZERODB_API_KEY
  baseUrl: service.url, // the service on this machine; leave it out for the real one
})
const readings = storage.bucket('default').table('readings')

await readings.create({
  columns: { key: 'string', temp: 'number', at: 'timestamp' },
  indexes: [{ name: 'key_u', columns: ['key'], unique: true }],
  description: 'probe readings',
})
const { inserted, ids } = await readings.insert([
  { key: 'a', temp: 20.5, at: new Date('2026-02-03T04:05:06Z') },
  { key: 'b', temp: 7 },
  { key: 'c', temp: -3 },
])
const warm = await readings.find({ temp: { $gte: 5 } }, { sort: { temp: -1 } }).toArray()
const { modified } = await readings.update({ key: 'b' }, { $inc: { temp: 1 } })
const { deleted } = await readings.delete({ temp: { $lt: 0 } }, { limit: 100 })

console.log(
  `${inserted} rows in, as ${ids?.join(', ')}; ${warm.length} of them warm; ${modified} changed, ${deleted} deleted`,
)
// #endregion rows

const left = await readings.find({}, { sort: { key: 1 } }).toArray()
if (JSON.stringify(left.map(({ temp }) => temp)) !== '[20.5,8]') throw new Error('the example is wrong')
await readings.drop()
await storage.close()
await service.close()
