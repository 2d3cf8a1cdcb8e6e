import { createLocalDriver } from '../src/index.ts'
import { TestTable } from './table-calls.ts'

/**
 * A program for the crash tests: writes in rounds and says after each what was acknowledged, until it is killed.
 *
 * Every round leaves the same number in all rows of its kind, so that half of a write would show.
 */
const [path, firstRound, durability] = process.argv.slice(2) as [string, string, 'normal' | 'full']
const driver = await createLocalDriver({ path, durability })
const ids = Array.from({ length: 500 }, (_, id) => id)
const inserted = new TestTable(driver, 'b', 'inserted')
const updated = new TestTable(driver, 'b', 'updated')
const upserted = new TestTable(driver, 'b', 'upserted')
const replaced = new TestTable(driver, 'b', 'replaced')

for (let round = Number(firstRound); ; round++) {
  await inserted.insert(ids.map((id) => ({ round, id })))
  acknowledge('inserted', round)
  await updated.update({}, { $set: { round } })
  acknowledge('updated', round)
  await upserted.load(
    'upsert',
    [0, 1, 2, 3, 4, 5].map((part) => ids.map((id) => ({ id: part * 500 + id, round }))),
  )
  acknowledge('upserted', round)
  await replaced.load(
    'replace',
    [0, 1, 2, 3, 4, 5].map(() => ids.map((id) => ({ id, round }))),
  )
  acknowledge('replaced', round)
}

function acknowledge(table: string, round: number): void {
  process.stdout.write(`${table} ${round}\n`)
}
