import type { StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { explainKeboolaError, isTransient } from '../src/errors.ts'
import { answerAll, failureOf, job, makeClient, useNock } from './wire-fixture.ts'

useNock()

const tableId = 'in.c-main.orders'

// Section 2.3 of the contract: today's codes and those of the guide, each with the status or job it comes with.
const codes: [nativeCode: string, where: number | 'job', code: string][] = [
  ['storage.tokenInvalid', 401, 'unauthenticated'],
  ['accessDenied', 403, 'permission-denied'],
  ['storage.accessDenied', 403, 'permission-denied'],
  ['storage.buckets.notFound', 404, 'not-found'],
  ['storage.tables.notFound', 404, 'not-found'],
  ['storage.files.notFound', 404, 'not-found'],
  ['notFound', 404, 'not-found'],
  ['workspace.workspaceNotFound', 404, 'not-found'],
  ['workspace.workspaceNotFound', 400, 'not-found'],
  ['storage.buckets.alreadyExists', 400, 'already-exists'],
  ['storage.buckets.tableAlreadyExists', 400, 'already-exists'],
  ['storage.buckets.tableAlreadyExists', 'job', 'already-exists'],
  ['storage.tables.alreadyExists', 409, 'already-exists'],
  ['storage.something.newAlreadyExists', 400, 'already-exists'],
  ['storage.something.notFound', 400, 'not-found'],
  ['storage.buckets.validation', 400, 'invalid-argument'],
  ['storage.tables.validation', 400, 'invalid-argument'],
  ['storage.validation', 400, 'invalid-argument'],
  ['validation.failed', 400, 'invalid-argument'],
  ['storage.validation.invalidInput', 400, 'invalid-argument'],
  ['storage.tables.invalidId', 400, 'invalid-argument'],
  ['buckets.deleteNotEmpty', 400, 'conflict'],
  ['buckets.deleteNotEmpty', 'job', 'conflict'],
  ['tables.cannotDeletedTableWithAliases', 400, 'conflict'],
  ['tables.cannotDeletedTableWithAliases', 'job', 'conflict'],
  ['storage.tables.validation.invalidColumnName', 'job', 'invalid-argument'],
  ['storage.tables.validation.noColumns', 'job', 'invalid-argument'],
  ['storage.tables.validation.invalidPrimaryKeyColumns', 'job', 'invalid-argument'],
  ['storage.validation.primaryKey', 400, 'invalid-argument'],
  ['storage.tables.primaryKeyDuplicateValues', 'job', 'conflict'],
  ['storage.tables.cannotDeletePrimaryKeyColumn', 400, 'invalid-argument'],
  ['storage.tables.columnAlreadyExists', 400, 'already-exists'],
  ['storage.tables.columnAlreadyExists', 'job', 'already-exists'],
  ['storage.tables.invalidColumnName', 400, 'invalid-argument'],
  ['storage.tables.cannotDeleteReferencedColumn', 'job', 'conflict'],
  ['storage.tables.columnNotExists', 400, 'invalid-argument'],
  ['storage.tables.validation.columnNotExists', 'job', 'invalid-argument'],
  ['storage.tables.nonExistingColumns', 400, 'invalid-argument'],
  ['storage.tables.validation.unintendedTruncation', 400, 'invalid-argument'],
  ['storage.tables.validation.invalidFormat', 400, 'invalid-argument'],
  ['storage.maxNumberOfColumnsExceed', 400, 'invalid-argument'],
  ['storage.fileNotUploaded', 'job', 'corrupt-data'],
  ['storage.manifestFileMissing', 'job', 'corrupt-data'],
  ['storage.importFileMissing', 'job', 'corrupt-data'],
  ['invalidCsv', 400, 'corrupt-data'],
  ['invalidCsv', 'job', 'corrupt-data'],
  ['csvImport.invalidCsvParams', 400, 'invalid-argument'],
  ['csvImport.columnsNotMatch', 'job', 'invalid-argument'],
  ['invalidData', 'job', 'corrupt-data'],
  ['rowTooLarge', 'job', 'invalid-argument'],
  ['storage.backend.exception', 'job', 'corrupt-data'],
  ['storage.tables.primaryKeyRequired', 422, 'invalid-argument'],
  ['storage.tables.invalidCsvData', 422, 'corrupt-data'],
  ['storage.methodNotAllowed', 405, 'unsupported'],
  ['storage.rateLimitExceeded', 429, 'rate-limited'],
  ['storage.jobs.loadFailed', 'job', 'unavailable'],
  ['storage.jobs.timeout', 'job', 'timeout'],
  ['query.syntax', 400, 'invalid-argument'],
  ['requestTooLarge', 413, 'invalid-argument'],
  ['malformedRequest', 400, 'invalid-argument'],
  ['storage.components.configurations.versionConflict', 409, 'conflict'],
]

test.each(codes)('%s (%s) is %s', async (nativeCode, where, code) => {
  const fault = { code: nativeCode, exceptionId: 'exception-0123abcd' }
  const answer =
    where === 'job' ? { ...job, status: 'error', error: { ...fault, message: 'no' } } : { ...fault, error: 'no' }
  answerAll([where === 'job' ? 200 : where, answer])
  const failure = await failureOf(
    makeClient()
      .tables.import(tableId, { dataFileId: '1' })
      .then((handle) => handle.wait()),
  )
  const facts = explainKeboolaError(failure)
  expect(facts).toMatchObject({ code, nativeCode, requestId: 'exception-0123abcd', applied: 'no' })
  expect(facts?.message).toContain('no')
})

const statuses: [status: number, code: string, isRetryable: boolean, applied: string][] = [
  [400, 'invalid-argument', false, 'no'],
  [401, 'unauthenticated', false, 'no'],
  [403, 'permission-denied', false, 'no'],
  [404, 'not-found', false, 'no'],
  [405, 'unsupported', false, 'no'],
  [408, 'timeout', true, 'unknown'],
  [409, 'conflict', true, 'no'],
  [413, 'invalid-argument', false, 'no'],
  [414, 'invalid-argument', false, 'no'],
  [422, 'invalid-argument', false, 'no'],
  [423, 'unavailable', true, 'no'],
  [429, 'rate-limited', true, 'no'],
  [431, 'invalid-argument', false, 'no'],
  [500, 'unavailable', true, 'unknown'],
  [501, 'unsupported', false, 'no'],
  [502, 'unavailable', true, 'unknown'],
  [503, 'unavailable', true, 'unknown'],
  [504, 'timeout', true, 'unknown'],
]

test.each(statuses)('%i without a body is %s', async (status, code, isRetryable, applied) => {
  answerAll([status, ''])
  const failure = await failureOf(makeClient().tables.import(tableId, { dataFileId: '1' }))
  expect(explainKeboolaError(failure)).toMatchObject({ code, status, applied })
  expect(isTransient(failure)).toBe(isRetryable)
})

describe('what an answer says', () => {
  async function factsOf(
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    answerAll([status, body, headers])
    return explainKeboolaError(await failureOf(makeClient().tables.get(tableId)))
  }

  test('text, code, exception and context are kept', async () => {
    const body = { error: 'Gone', code: 'storage.tables.notFound', exceptionId: 'e-7', context: { tableId } }
    const facts = await factsOf(404, body)
    expect(facts).toMatchObject({ code: 'not-found', requestId: 'e-7', details: { tableId }, status: 404 })
    expect((facts as StorageError).message).toContain('Gone')
  })

  test('a code may be a number, and a text be missing', async () => {
    expect(await factsOf(404, { code: 404 })).toMatchObject({ code: 'not-found', nativeCode: '404' })
    expect(await factsOf(401, { error: 'Access token must be set', code: '' })).toMatchObject({
      code: 'unauthenticated',
    })
  })

  test('a page is no body', async () => {
    const facts = await factsOf(502, '<html><title>Bad Gateway</title></html>')
    expect(facts).toMatchObject({ code: 'unavailable', message: expect.stringContaining('Bad Gateway') as string })
  })

  test.each([
    ['in seconds', { 'Retry-After': '7' }, {}, 7000],
    ['as a date', { 'Retry-After': 'Fri, 20 Nov 2026 09:00:09 GMT', Date: 'Fri, 20 Nov 2026 09:00:00 GMT' }, {}, 9000],
    ['in the body', {}, { retryAfter: 60 }, 60_000],
    ['in the body as text', {}, { retryAfter: '5' }, 5000],
    ['in both: the header counts', { 'Retry-After': '7' }, { retryAfter: 60 }, 7000],
  ])('a rate limit says when to come back %s', async (_, headers, body, retryAfterMs) => {
    const facts = await factsOf(
      429,
      { error: 'slow down', code: 'storage.rateLimitExceeded', ...body },
      headers as Record<string, string>,
    )
    expect(facts).toMatchObject({ code: 'rate-limited', retryAfterMs })
  })

  test('maintenance says until when, and nothing was applied', async () => {
    const body = { status: 'maintenance', estimatedEndTime: '2026-11-20T10:30:44+0100', reason: 'Planned upgrade' }
    answerAll([503, body, { 'Retry-After': '559' }])
    const facts = explainKeboolaError(await failureOf(makeClient().tables.import(tableId, { dataFileId: '1' })))
    expect(facts).toMatchObject({
      code: 'unavailable',
      applied: 'no',
      retryAfterMs: 559_000,
      message: 'Keboola is under maintenance until 2026-11-20T09:30:44.000Z (Planned upgrade): try again afterwards',
      details: { maintenance: true, until: '2026-11-20T09:30:44.000Z', reason: 'Planned upgrade' },
    })
  })

  test('a job says which columns are missing', async () => {
    const results = { missingColumns: ['x'], expectedColumns: ['id', 'x'] }
    const error = { code: 'csvImport.columnsNotMatch', message: 'Columns do not match' }
    answerAll([202, { ...job, status: 'error', error, results }])
    const handle = await makeClient().tables.import(tableId, { dataFileId: '1' })
    expect(explainKeboolaError(await failureOf(handle.wait()))).toMatchObject({
      details: { missingColumns: ['x'], expectedColumns: ['id', 'x'], jobId: '22070846', operationName: 'tableImport' },
    })
  })

  test("a file host's XML is read, and its code decides", async () => {
    const xml = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>Not &amp; here</Message></Error>'
    expect(await factsOf(404, xml)).toMatchObject({
      code: 'not-found',
      nativeCode: 'NoSuchKey',
      message: expect.stringContaining('Not & here') as string,
    })
  })
})

test('what is neither an answer nor a job is left to others', () => {
  expect(explainKeboolaError(new Error('x'))).toBeUndefined()
  expect(explainKeboolaError('x')).toBeUndefined()
  expect(isTransient(new Error('x'))).toBe(false)
})
