import { createStowage, type Storage } from 'stowage'
import { startService } from './keboola-service.ts'

const service = await startService()

// #region config
const stowage = await createStowage({
  default: 'dev',
  backends: {
    dev: { adapter: 'local', path: './data', like: 'keboola' },
    lake: { adapter: 'keboola', url: service.url, token: service.token },
  },
})
// #endregion config

// #region program
async function report(storage: Storage): Promise<string> {
  const sales = storage.bucket('in.c-sales')
  await sales.create()
  const days = sales.table('days')
  await days.create({ columns: { day: 'string', sum: 'number' }, primaryKey: ['day'] })
  await days.load([
    { day: '2026-11-19', sum: 120 },
    { day: '2026-11-20', sum: 80.5 },
  ])
  const best = await days.find({ sum: { $gt: 100 } }).toArray()
  return JSON.stringify(best)
}

const [local, keboola] = [await report(stowage.storage('dev')), await report(stowage.storage('lake'))]
console.log(local === keboola ? `the same on both: ${local}` : `${local} is not ${keboola}`)
// #endregion program

if (local !== '[{"day":"2026-11-19","sum":120}]' || keboola !== local) throw new Error('the example is wrong')
await stowage.close()
await service.close()
