import type { Gap, Gaps } from '@stowage/conformance'

function all(checks: readonly string[], kind: Gap['kind'], reason: string): Gaps {
  return Object.fromEntries(checks.map((check) => [check, { kind, reason }]))
}

const oneFileBucket = all(
  [
    'buckets/delete-holds-file',
    'buckets/delete-force-files',
    'buckets/archive-files',
    'files/copy-across',
    'keys/no-way-out',
    'listings/other-buckets',
    'errors/aborted-answer',
    'errors/exists-file',
    'errors/secret-of-failing-service',
  ],
  'never',
  'all files are in the file storage, one bucket apart from those of tables: no other holds any, which takes no request to know',
)

const signedUrls = all(
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
)

const lifetimes = all(
  ['files/expiry', 'files/update-expiry', 'declared/files-expiry'],
  'upstream',
  'files are kept for fifteen days or for ever, which is decided when they are uploaded',
)

const passedCsv = all(
  ['exports/csv', 'exports/csv-quoting', 'exports/columns'],
  'never',
  'CSV comes unparsed as Keboola makes it, with every value in quotes',
)

const heldRows = all(
  ['exports/10001', 'errors/find-breaks', 'errors/file-listing-breaks'],
  'never',
  'one export, or one listing, gives all pages: for those that follow nothing is sent that could be counted or fail',
)

const foundAnswers = all(
  [
    'errors/lost-answer',
    'retries/append-lost',
    'retries/append-part-lost',
    'retries/append-not-asked',
    'retries/upsert-lost',
    'retries/upsert-limit',
    'retries/load-lost',
  ],
  'never',
  'an import whose answer was lost is found in the list of jobs and waited for: it succeeds, and nothing is sent again',
)

const repeatedParts = all(
  ['retries/put-lost', 'retries/stream-lost'],
  'never',
  'the client itself sends a part of an upload again whose answer was lost, to the same key',
)

const resumedBodies = all(
  ['transfers/resume-download', 'transfers/resume-often', 'transfers/resume-changed', 'transfers/resume-deleted'],
  'never',
  'the client itself takes up a body that broke off, in the same file: core never asks a second time',
)

const updates = all(
  ['concurrency/increments', 'concurrency/fields'],
  'upstream',
  'no call changes rows: an update is an export and a load, and one at the same moment is overwritten',
)

const nulls = all(
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
)

/** What Keboola can't do, or does otherwise. */
export const gaps: Gaps = {
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
  'jobs/load-fails': {
    kind: 'never',
    reason: 'keys are compared before anything is submitted: no job is made to fail',
  },
  'jobs/pauses': {
    kind: 'never',
    reason: 'the gateway lets a look at a job wait half a second for its end, so there are fewer looks',
  },
  ...oneFileBucket,
  ...signedUrls,
  ...lifetimes,
  ...passedCsv,
  ...heldRows,
  ...foundAnswers,
  ...repeatedParts,
  ...resumedBodies,
  ...updates,
  ...nulls,
}
