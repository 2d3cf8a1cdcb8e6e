import type { Filter, Row } from '@stowage/core'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob, Goal } from '../harness/job.ts'
import { makeDocuments } from './documents.ts'

const filters: Readonly<Record<string, Filter>> = {
  'two comparisons': { active: true, balance: { $gte: 40_000 } },
  'a path and a list': { 'address.city': { $in: ['Praha', 'Brno', 'Lyon'] }, 'address.zip': { $lt: 50_000 } },
  'arrays and paths through them': { tags: 'vip', 'orders.total': { $gt: 250 } },
  'a regular expression': { id: { $regex: '^document-1.*7$' } },
  'logic, null and missing': {
    $or: [{ rating: { $exists: false } }, { rating: null, visits: { $lt: 100 } }, { $nor: [{ rating: { $ne: 4 } }] }],
  },
}

/** Filters: what core evaluates where a backend can't, against the same on mingo. */
export const job: BenchJob = {
  description:
    'Compiled filters are tested against 1,000,000 documents in memory, with nested objects, arrays, nulls and missing fields.',
  goals: Object.keys(filters).map((name): Goal => ({
    section: name,
    title: `filter 1,000,000 documents: ${name}`,
    measure: 'cpu',
    limit: 1,
  })),
  async ours(run) {
    const { compileFilter, parseFilter } = await import('@stowage/core/driver')
    await runFilters(run, (filter) => compileFilter(parseFilter(filter)))
  },
  peers: {
    async mingo(run) {
      const { Query } = await import('mingo')
      await runFilters(run, (filter) => {
        const query = new Query(filter)
        return (document) => query.test(document)
      })
    },
  },
}

async function runFilters(run: BenchRun, compile: (filter: Filter) => (document: Row) => boolean): Promise<void> {
  const documents = makeDocuments(run.size(1_000_000, 2000))
  for (const [name, filter] of Object.entries(filters)) {
    await run.section(
      name,
      () => countMatches(documents, compile(filter)),
      (count) => count,
    )
  }
}

function countMatches(documents: readonly Row[], matches: (document: Row) => boolean): number {
  let count = 0
  for (const document of documents) if (matches(document)) count += 1
  return count
}
