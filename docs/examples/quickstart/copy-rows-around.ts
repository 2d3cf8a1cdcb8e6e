import { copyTable, type Table } from '@stowage/core'
import type { Stowage } from 'stowage'
import { check, say, watch } from './narration.ts'
import { digestRows } from './row-digest.ts'

const columns = ['iata', 'name', 'city', 'state', 'country', 'latitude', 'longitude']

/** Copies the airports through the services that have tables and back, and compares all rows with those that left. */
export async function copyRowsAround(stowage: Stowage): Promise<void> {
  const airports = stowage.storage('local').bucket('demo').table('airports')
  const inLake = stowage.storage('keboola').bucket('in.c-tour').table('airports')
  await stowage.storage('keboola').bucket('in.c-tour').create()
  await refuseToLose(airports, inLake)

  say('   Only the declared columns, and verified', "await copyTable(airports, inLake, { columns, verify: 'digest' })")
  const stations: [label: string, table: Table][] = [
    ['local → keboola', inLake],
    ['keboola → zerodb', stowage.storage('zerodb').bucket('default').table('airports')],
    ['zerodb → local', stowage.storage('local').bucket('demo').table('airports-returned')],
  ]
  let source = airports
  for (const [label, target] of stations) {
    await watch(label, copyTable(source, target, { columns, verify: 'digest' }))
    source = target
  }
  const { count } = await source.count()
  const isSame = (await digestRows(source, 'iata', columns)) === (await digestRows(airports, 'iata', columns))
  check(isSame, `all ${count} airports came back as they left`)
}

/** The fields that step 5 added to the airports in Texas are in no column, and Keboola keeps nothing else. */
async function refuseToLose(airports: Table, target: Table): Promise<void> {
  say('9. Rows, from one service to the next, and home again', 'await copyTable(airports, inLake)')
  const refused: unknown = await copyTable(airports, target).catch((error: unknown) => error)
  console.log(`   ${String(refused)}`)
  check(!(await target.exists()), 'a copy that would lose something is refused, and leaves nothing behind')
}
