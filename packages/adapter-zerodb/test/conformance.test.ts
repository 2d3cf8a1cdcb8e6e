import { type Gaps, runConformance, serverFaults } from '@stowage/conformance'
import type { FaultMatch, ZerodbGateway } from '@stowage/gateway'
import { driverOf, startService } from './zerodb-fixture.ts'

/** The request that does an operation's work. */
const requestsOf: Readonly<Record<string, FaultMatch>> = {
  'tables.list': { method: 'GET', path: /\/tables$/ },
  'tables.get': { method: 'GET', path: /\/tables\/[^/]+$/ },
  'tables.create': { method: 'POST', path: /\/tables$/ },
  'tables.drop': { method: 'DELETE', path: /\/tables\/[^/]+$/ },
  'tables.insert': { method: 'POST', path: /\/rows$/ },
  'tables.find': { method: 'POST', path: /\/query$/ },
  'tables.count': { method: 'POST', path: /\/query$/ },
  'tables.update': { method: 'PATCH', path: /\/rows$/ },
  'tables.delete': { method: 'DELETE', path: /\/rows$/ },
}

const rowId = 'ZeroDB gives each row its _id: a row, a column or a change of that name is refused'
const anyField = 'a schema has no word for refusing other fields'
const required = 'only fields of a unique index are required: a schema has no such flag'
const found = 'what the lost upsert had written is found and not written again, so that fewer answers can be lost'

const gaps: Gaps = {
  'files.*': { kind: 'never', reason: 'the Tables API has no files' },
  'jobs.*': { kind: 'never', reason: 'ZeroDB answers at once: there are no jobs to ask about' },
  'semantics.dynamicBuckets': { kind: 'never', reason: 'all tables of a project are in one bucket, `default`' },
  'buckets.update': { kind: 'never', reason: 'the one bucket is no thing of the service: nothing of it can change' },
  'buckets.delete': { kind: 'never', reason: 'the one bucket is no thing of the service: it can not be deleted' },
  'buckets.archive': { kind: 'never', reason: 'the one bucket is no thing of the service: it can not be archived' },
  'errors/exists-bucket': { kind: 'never', reason: 'that there is no other bucket is known without asking' },
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
  'tables/list-facts': {
    kind: 'upstream',
    reason: 'a listing has no schemas; with the option listSchemas each table is asked for',
  },
  'find/projection-id': { kind: 'never', reason: rowId },
  'types/odd-fields': { kind: 'never', reason: rowId },
  'updates/truth-set': { kind: 'never', reason: rowId },
  'updates/truth-unset': { kind: 'never', reason: rowId },
  'updates/truth-declared': { kind: 'never', reason: rowId },
  'updates/truth-upsert': { kind: 'never', reason: rowId },
  'concurrency/readers-of-upserts': { kind: 'upstream', reason: 'each row that is there takes an update of its own' },
  'concurrency/readers-of-appends': { kind: 'upstream', reason: 'a load is inserts in batches, seen as they come' },
  'retries/upsert-lost': { kind: 'never', reason: found },
  'retries/upsert-limit': { kind: 'never', reason: found },
}

runConformance(
  {
    name: 'zerodb',
    start: () => startService(),
    driver: (gateway: ZerodbGateway) => driverOf(gateway),
    requests: (gateway) => gateway.requests.length,
    fixedBucket: 'default',
    secret: 'zerodb_sk_sample0000000000000000000000',
    faults: (gateway) =>
      serverFaults<FaultMatch>({ faults: gateway.faults, match: ({ operation }) => requestsOf[operation] }),
    gaps,
  },
  { scorecard: new URL('../../../docs/backends/scorecards/zerodb.json', import.meta.url) },
)
