import { inspect } from 'node:util'
import { type StorageError, toStorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { explainZerodbError } from '../src/errors.ts'
import type { ZerodbClient } from '../src/index.ts'
import { answer, type Answer, apiKey, makeClient, useNock } from './wire-fixture.ts'

useNock()

async function failure(
  call: (client: ZerodbClient) => Promise<unknown>,
  ...answers: readonly Answer[]
): Promise<StorageError> {
  answer(...answers)
  const error: unknown = await call(makeClient()).then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  return toStorageError(error, { backend: 'zerodb', explainError: explainZerodbError })
}

const get = (client: ZerodbClient): Promise<unknown> => client.getTable('t')
const query = (client: ZerodbClient): Promise<unknown> => client.queryRows('t')
const insert = (client: ZerodbClient): Promise<unknown> => client.insertRows('t', [{ a: 1 }])
const set = (client: ZerodbClient): Promise<unknown> => client.updateRows('t', { a: 1 }, { $set: { b: 1 } })
const add = (client: ZerodbClient): Promise<unknown> => client.updateRows('t', { a: 1 }, { $inc: { b: 1 } })
const push = (client: ZerodbClient): Promise<unknown> => client.updateRows('t', { a: 1 }, { $push: { b: 1 } })
const touching = (client: ZerodbClient): Promise<unknown> => client.updateRows('t', { a: 1 }, { $set: { a: 2 } })
const upsert = (client: ZerodbClient): Promise<unknown> =>
  client.updateRows('t', { a: 1 }, { $set: { b: 1 } }, { upsert: true })
const remove = (client: ZerodbClient): Promise<unknown> => client.deleteRows('t', { a: 1 })
const removeSome = (client: ZerodbClient): Promise<unknown> => client.deleteRows('t', { a: 1 }, { limit: 5 })

describe('the code of the body decides', () => {
  test.each([
    ['INVALID_API_KEY', 401, 'unauthenticated'],
    ['TABLE_NOT_FOUND', 404, 'not-found'],
    ['TABLE_ALREADY_EXISTS', 400, 'already-exists'],
    ['INVALID_SCHEMA', 400, 'invalid-argument'],
    ['INVALID_FIELD_NAME', 422, 'invalid-argument'],
    ['SCHEMA_VALIDATION_ERROR', 400, 'invalid-argument'],
    ['CONFIRMATION_REQUIRED', 400, 'invalid-argument'],
    ['QUERY_SYNTAX_ERROR', 400, 'invalid-argument'],
    ['RATE_LIMIT_EXCEEDED', 429, 'rate-limited'],
    ['TABLE_ALREADY_EXISTS', 409, 'already-exists'],
    ['SCHEMA_VALIDATION_ERROR', 422, 'invalid-argument'],
    ['MISSING_ROW_DATA', 422, 'invalid-argument'],
    ['ROW_NOT_FOUND', 404, 'not-found'],
    ['PROJECT_NOT_FOUND', 404, 'not-found'],
    ['UNAUTHORIZED', 403, 'permission-denied'],
  ])('%s with %i is %s', async (nativeCode, status, code) => {
    const error = await failure(get, [status, { detail: 'so it is', error_code: nativeCode }])
    expect(error).toMatchObject({ code, status, nativeCode, retryable: code === 'rate-limited' })
    expect(error.message).toContain('so it is')
  })

  test('what comes with it is told', async () => {
    const body = { detail: 'row 2', error_code: 'SCHEMA_VALIDATION_ERROR', row_index: 1 }
    expect((await failure(insert, [400, body])).details).toEqual({ row: 1 })
    const wrongName = {
      detail: 'x',
      error_code: 'INVALID_FIELD_NAME',
      expected_field: 'row_data',
      received_field: 'rows',
    }
    expect((await failure(insert, [422, wrongName])).details).toEqual({
      expectedField: 'row_data',
      receivedField: 'rows',
    })
  })
})

describe('without a known code the status decides', () => {
  test.each([
    [400, 'invalid-argument'],
    [401, 'unauthenticated'],
    [403, 'permission-denied'],
    [404, 'not-found'],
    [409, 'already-exists'],
    [413, 'invalid-argument'],
    [418, 'invalid-argument'],
    [422, 'invalid-argument'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
  ])('%i is %s', async (status, code) => {
    for (const body of [
      { detail: 'x', error_code: 'NEW_ONE' },
      { detail: 'x' },
      '<html><title>Oops</title></html>',
      '',
      '[1]',
    ])
      expect(await failure(get, [status, body])).toMatchObject({ code, status })
  })

  test('a 404 without a code says that the base URL is wrong', async () => {
    expect((await failure(get, [404, { detail: 'Not Found' }])).message).toMatch(/check baseUrl/)
    const missing = await failure(get, [404, { detail: 'no such table', error_code: 'TABLE_NOT_FOUND' }])
    expect(missing.message).not.toMatch(/baseUrl/)
  })

  test('the list of issues of the framework is told in words', async () => {
    const detail = [{ loc: ['body', 'row_data'], msg: 'field required', type: 'value_error.missing' }]
    const error = await failure(insert, [422, { detail }])
    expect(error).toMatchObject({ code: 'invalid-argument', nativeCode: undefined })
    expect(error.message).toContain('body.row_data: field required')
  })

  test('a long text is cut', async () => {
    const error = await failure(get, [400, { detail: 'x'.repeat(100_000), error_code: 'QUERY_SYNTAX_ERROR' }])
    expect(error.message.length).toBeLessThan(1000)
  })
})

const brokenAnswers: Readonly<Record<string, Answer>> = {
  'a page instead of JSON': [200, '<html>hello</html>'],
  'a cut body': [200, '{"inserted_count":1,"row_'],
  nothing: [200, ''],
  'a list': [200, '[]'],
  'another shape': [200, { ok: true }],
  'the shape of the deployed service': [200, { row_id: 'row_1', row_data: { a: 1 }, created_at: 'x' }],
  'a negative count': [200, { inserted_count: -1, rows: [], total: -1 }],
}

describe('a success that can not be read', () => {
  test.each(Object.entries(brokenAnswers))('%s: a read failed, a write may have been applied', async (_, broken) => {
    expect(await failure(query, broken)).toMatchObject({ code: 'unavailable', retryable: false, applied: undefined })
    expect(await failure(insert, broken)).toMatchObject({
      code: 'outcome-unknown',
      retryable: false,
      applied: 'unknown',
    })
  })

  test.each([
    ['a row without id', { rows: [{ a: 1 }], total: 1 }],
    ['a row that is none', { rows: [5], total: 1 }],
    ['no total', { rows: [] }],
    ['a total of text', { rows: [], total: '0' }],
  ])('%s in a page', async (_, body) => {
    expect(await failure(query, [200, body])).toMatchObject({ code: 'unavailable', retryable: false })
  })
})

describe('a lost answer', () => {
  const losses: Readonly<Record<string, Answer>> = {
    'a reset': 'drop',
    '500': [500, { detail: 'x' }],
    '502 with a page': [502, '<html>Bad Gateway</html>'],
    '504': [504, ''],
  }

  describe.each(Object.entries(losses))('%s', (_, lost) => {
    test.each([
      ['query', query],
      ['get', get],
    ] as const)('of a %s says nothing of writes and may be repeated', async (__, call) => {
      expect(await failure(call, lost)).toMatchObject({ code: 'unavailable', retryable: true, applied: undefined })
    })

    test.each([
      ['$set of other fields', set],
      ['delete without limit', remove],
    ] as const)('of %s may be repeated', async (__, call) => {
      expect(await failure(call, lost)).toMatchObject({ code: 'unavailable', retryable: true, applied: 'unknown' })
    })

    test.each([
      ['insert', insert],
      ['$inc', add],
      ['$push', push],
      ['$set of what the filter looks at', touching],
      ['upsert', upsert],
      ['delete with limit', removeSome],
    ] as const)('of %s leaves the outcome unknown', async (__, call) => {
      expect(await failure(call, lost)).toMatchObject({ code: 'outcome-unknown', retryable: false, applied: 'unknown' })
    })
  })

  test('a 429 was not applied, whatever it answers', async () => {
    const limited: Answer = [429, { detail: 'slow down', error_code: 'RATE_LIMIT_EXCEEDED' }, { 'retry-after': '7' }]
    for (const call of [query, insert, add, removeSome])
      expect(await failure(call, limited)).toMatchObject({ code: 'rate-limited', applied: 'no', retryAfterMs: 7000 })
  })

  test('nothing is repeated by the client itself', async () => {
    for (const call of [query, insert, remove, set]) {
      const seen = answer([503, ''])
      await call(makeClient()).catch(() => undefined)
      expect(seen).toHaveLength(1)
    }
  })
})

test('the key shows in no failure', async () => {
  const leak = { detail: `the key ${apiKey} is wrong`, error_code: 'INVALID_API_KEY' }
  for (const each of [[401, leak], [500, apiKey], [200, apiKey], [404, `<title>${apiKey}</title>`], 'drop'] as const) {
    answer(each as Answer)
    const client = makeClient()
    const error: unknown = await client.getTable('t').catch((reason: unknown) => reason)
    const told = toStorageError(error, { backend: 'zerodb', explainError: explainZerodbError })
    expect(inspect([told, error, client], { depth: 9, showHidden: false })).not.toContain(apiKey)
    expect(JSON.stringify(told)).not.toContain(apiKey)
  }
})

test('a redirect is not followed with the key', async () => {
  const seen = answer([307, '', { location: 'https://elsewhere.test/x' }], [200, { rows: [], total: 0 }])
  expect(await failure(query, [307, '', { location: 'https://elsewhere.test/x' }])).toMatchObject({
    code: 'unavailable',
  })
  expect(seen.length).toBeLessThanOrEqual(1)
})
