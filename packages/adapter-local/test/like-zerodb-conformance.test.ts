import { chaosFaults, type Gaps, runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

const oneBucket = 'all tables of a project are in one bucket, `default`'
const rowId = 'ZeroDB gives each row its _id: a row, a column or a change of that name is refused'
const anyField = 'a schema has no word for refusing other fields'
const required = 'only fields of a unique index are required: a schema has no such flag'

const gaps: Gaps = {
  'files.*': { kind: 'never', reason: 'the Tables API has no files' },
  'jobs.*': { kind: 'never', reason: 'ZeroDB answers at once: there are no jobs to ask about' },
  'semantics.dynamicBuckets': { kind: 'never', reason: oneBucket },
  'buckets.update': { kind: 'never', reason: oneBucket },
  'buckets.delete': { kind: 'never', reason: oneBucket },
  'buckets.archive': { kind: 'never', reason: oneBucket },
  'tables.replace': { kind: 'upstream', reason: 'no documented call replaces the rows of a table at once' },
  'tables.setPrimaryKey': { kind: 'upstream', reason: 'no documented call changes a table that is there' },
  'tables.changedSince': { kind: 'upstream', reason: 'rows do not say when they were written' },
  'tables/columns-required': { kind: 'upstream', reason: required },
  'tables/required': { kind: 'upstream', reason: required },
  'tables/required-update': { kind: 'upstream', reason: required },
  'updates/required': { kind: 'upstream', reason: required },
  'tables/descriptions': { kind: 'upstream', reason: 'columns have no descriptions' },
  'tables/undeclared-fields': { kind: 'upstream', reason: anyField },
  'tables/undeclared-refused': { kind: 'upstream', reason: anyField },
  'inserts/undeclared-refused': { kind: 'upstream', reason: anyField },
  'loads/undeclared-refused': { kind: 'upstream', reason: anyField },
  'updates/undeclared-refused': { kind: 'upstream', reason: anyField },
  'exports/columns': { kind: 'upstream', reason: anyField },
  'tables/list-facts': { kind: 'upstream', reason: 'a listing has no schemas' },
  'concurrency/readers-of-appends': {
    kind: 'upstream',
    reason: 'a load is inserts of a hundred rows, and no documented call makes more of them one',
  },
  'find/projection-id': { kind: 'never', reason: rowId },
  'types/odd-fields': { kind: 'never', reason: rowId },
  'updates/truth-set': { kind: 'never', reason: rowId },
  'updates/truth-unset': { kind: 'never', reason: rowId },
  'updates/truth-declared': { kind: 'never', reason: rowId },
  'updates/truth-upsert': { kind: 'never', reason: rowId },
}
const faults = chaosFaults()

runConformance({
  name: 'local like zerodb',
  start: () => ({}),
  driver: async () => faults.layer(await createLocalDriver({ memory: true, like: 'zerodb' })),
  fixedBucket: 'default',
  faults: () => faults.hook,
  gaps,
})
