import { chaosFaults, type Gap, type Gaps, runConformance } from '@stowage/conformance'
import { createLocalDriver } from '../src/index.ts'

function all(checks: readonly string[], kind: Gap['kind'], reason: string): Gaps {
  return Object.fromEntries(checks.map((check) => [check, { kind, reason }]))
}

const gaps: Gaps = {
  'buckets.archive': { kind: 'upstream', reason: 'buckets are there or deleted: there is no archive' },
  'tables.indexes': { kind: 'upstream', reason: 'tables have a primary key and no other index' },
  'files.createOnly': { kind: 'upstream', reason: 'names of files are not unique, and an upload has no condition' },
  'files.metadata': { kind: 'upstream', reason: 'files have tags, but no metadata' },
  'files.contentType': { kind: 'upstream', reason: 'the service does not tell the media type of a file' },
  'jobs.cancel': { kind: 'upstream', reason: 'no documented call cancels a job of the storage' },
  'semantics.keepsUndeclaredFields': { kind: 'never', reason: 'a table has its columns and nothing beside them' },
  'buckets/create-described': {
    kind: 'upstream',
    reason: 'names for people are of letters, digits, dashes and underscores alone',
  },
  'tables/column-names-kept': { kind: 'upstream', reason: 'names of columns that differ in case alone are one name' },
  ...all(
    [
      'buckets/delete-holds-file',
      'buckets/delete-force-files',
      'files/copy-across',
      'keys/no-way-out',
      'listings/other-buckets',
    ],
    'never',
    'all files are in the file storage, one bucket apart from those of tables',
  ),
  ...all(
    [
      'files/signed-put',
      'files/signed-facts',
      'files/signed-method',
      'files/signed-expired',
      'files/signed-missing',
      'keys/signed',
    ],
    'upstream',
    'the service signs a URL to read a file that is there, for an hour; uploads take credentials instead',
  ),
  ...all(
    ['files/expiry', 'files/update-expiry', 'declared/files-expiry'],
    'upstream',
    'files are kept for fifteen days or for ever, which is decided when they are uploaded',
  ),
  ...all(
    ['concurrency/increments', 'concurrency/fields'],
    'upstream',
    'no call changes rows: an update is an export and a load, and one at the same moment is overwritten',
  ),
  ...all(
    [
      'tables/set-key-gaps',
      'loads/missing-fields',
      'loads/csv-nulls',
      'filters/declared-string',
      'filters/declared-number',
      'filters/declared-boolean',
      'filters/declared-object',
      'filters/declared-array',
      'filters/random-typed',
      'updates/truth-declared',
      'deletes/nulls',
      'exports/round-trip-values',
      'exports/csv-nulls',
      'types/null-and-missing',
      'types/empty-text',
      'types/random-inserts',
      'types/random-upserts',
      'types/random-loads',
      'types/random-updates',
    ],
    'upstream',
    'tables hold text: null and missing become the empty text in columns of texts, and null in others',
  ),
}
const faults = chaosFaults()

runConformance({
  name: 'local like keboola',
  start: () => ({}),
  driver: async () => faults.layer(await createLocalDriver({ memory: true, like: 'keboola' })),
  bucketName: (label) => `in.c-${label}`,
  fileBucket: 'files',
  faults: () => faults.hook,
  gaps,
})
