import type { CapabilityName, Filter, FindOptions } from '@stowage/core'
import type { Stowage } from 'stowage'
import { check, say, showTable } from './narration.ts'

const filter: Filter = { state: 'TX', latitude: { $gt: 30 }, $or: [{ city: { $regex: '^A' } }, { iata: 'DFW' }] }
const options: FindOptions = { sort: { latitude: 1 }, limit: 20 }

/** Asks each backend with tables the same, and how it goes about it. */
export async function explainEverywhere(stowage: Stowage): Promise<void> {
  say(
    '11. One filter on each backend with tables, and who does what',
    'airports.explain(filter, { sort: { latitude: 1 }, limit: 20 })',
    `filter = ${JSON.stringify(filter)}`,
  )
  const buckets = { local: 'demo', keboola: 'in.c-tour', zerodb: 'default' }
  const answers = new Set<string>()
  for (const [backend, bucket] of Object.entries(buckets)) {
    const airports = stowage.storage(backend).bucket(bucket).table('airports')
    const { pushed, residual, sort } = await airports.explain(filter, options)
    const rows = await airports.find(filter, { ...options, projection: ['iata'] }).toArray()
    const codes = JSON.stringify(rows.map(({ iata }) => iata))
    answers.add(codes)
    console.log(`     ${backend}: ${codes}; sorted by ${sort}`)
    console.log(`       by the backend: ${JSON.stringify(pushed)}`)
    console.log(`       by core:        ${JSON.stringify(residual)}`)
  }
  check(answers.size === 1, 'the same rows in the same order from all three')
}

const shown: readonly CapabilityName[] = [
  'buckets.create',
  'tables.find',
  'tables.load',
  'tables.upsert',
  'tables.update',
  'tables.export',
  'files.read',
  'files.range',
  'files.write',
  'files.copy',
  'files.metadata',
  'files.signedUrl',
  'jobs.get',
]

/** Shows what each backend says it can do. */
export function compareCapabilities(stowage: Stowage): void {
  say('12. What each can do, as data', "storage.capabilities.operations['tables.upsert']")
  const rows = shown.map((name) => [
    name,
    ...stowage.names.map((backend) => stowage.storage(backend).capabilities.operations[name]?.kind ?? '–'),
  ])
  showTable([['', ...stowage.names], ...rows])
  const { abeja, zerodb } = { abeja: stowage.storage('abeja'), zerodb: stowage.storage('zerodb') }
  check(!zerodb.supports('files.read') && !abeja.supports('tables.find'), 'what one lacks is known before it is asked')
}
