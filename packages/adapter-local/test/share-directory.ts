import { createLocalDriver } from '../src/index.ts'
import { call, TestTable } from './table-calls.ts'

/** A program for the tests with several processes: opens the directory, adds its rows and counts up, then says so. */
const [path, name, count] = process.argv.slice(2) as [string, string, string]
const driver = await createLocalDriver({ path })
await driver.buckets
  .create({ bucket: 'b', displayName: undefined, description: undefined }, call())
  .catch((error: { code?: string }) => {
    if (error.code !== 'already-exists') throw error
  })
const table = new TestTable(driver)
for (;;) {
  try {
    await table.count()
    break
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
for (let n = 0; n < Number(count); n++) {
  await table.insert([{ id: `${name}-${n}`, n: 0 }])
  await table.update({ id: 'shared' }, { $inc: { n: 1 } })
  if (n % 10 === 0) await table.load('upsert', [[{ id: `${name}-loaded`, n }]])
}
await driver.close()
process.stdout.write('done')
