// First, for nock has to be there before anything takes hold of Node's request functions.
import { answerNext, channel, inEnvelope, makeClient, useNock } from './wire-fixture.ts'
import { toStorageError } from '@stowage/core/driver'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { explainAbejaError } from '../src/errors.ts'

useNock()

const body = {
  error: 'bad_request',
  error_description: 'parameters is insufficient or invalid',
  error_detail: { lifetime: ['unknown value'] },
}

async function failure(work: Promise<unknown>): Promise<ReturnType<typeof toStorageError>> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  return toStorageError(error, { backend: 'abeja', explainError: explainAbejaError })
}

describe('the error table of the contract', () => {
  test.each([
    [400, 'invalid-argument', false],
    [401, 'unauthenticated', false],
    [403, 'permission-denied', false],
    [404, 'not-found', false],
    [405, 'unsupported', false],
    [409, 'already-exists', false],
    [410, 'not-found', false],
    [413, 'invalid-argument', false],
    [422, 'invalid-argument', false],
    [429, 'rate-limited', true],
    [500, 'unavailable', true],
    [501, 'unsupported', false],
    [502, 'unavailable', true],
    [503, 'unavailable', true],
    [504, 'unavailable', true],
  ])('%i is %s', async (status, code, retryable) => {
    answerNext(body, status)
    const error = await failure(makeClient().getChannel(channel.channel_id))
    expect(error).toMatchObject({ code, status, retryable, nativeCode: 'bad_request' })
    expect(error.message).toContain('parameters is insufficient or invalid')
    expect(error.details).toEqual({ errorDetail: { lifetime: ['unknown value'] } })
  })

  test.each([
    ['a page of a proxy', '<html><title>Bad gateway</title></html>'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['a document of S3', '<Error><Code>AccessDenied</Code></Error>'],
  ])('a body that is %s is taken by its status', async (_, text) => {
    answerNext(text, 502)
    expect(await failure(makeClient().getChannel('1'))).toMatchObject({ code: 'unavailable', nativeCode: undefined })
  })

  test('Retry-After is taken over', async () => {
    answerNext(body, 429, { 'retry-after': '3' })
    expect(await failure(makeClient().getChannel('1'))).toMatchObject({ code: 'rate-limited', retryAfterMs: 3000 })
  })

  test('an error of an upload is told like any other', async () => {
    answerNext(body, 409)
    const upload = makeClient().postChannelFileUpload('1', Buffer.from('x'), { conflictTarget: 'filename' })
    expect(await failure(upload)).toMatchObject({ code: 'already-exists', status: 409, nativeCode: 'bad_request' })
  })
})

describe('a success that is none', () => {
  test.each([
    ['empty', ''],
    ['a list', []],
    ['an object without the channel', inEnvelope({})],
    ['an id that is a number', inEnvelope({ channel: { ...channel, channel_id: 1 } })],
  ])('with a body that is %s is no answer', async (_, answer) => {
    answerNext(answer)
    expect(await failure(makeClient().getChannel('1'))).toMatchObject({ code: 'unavailable', retryable: false })
  })

  test('of a write may have been applied', async () => {
    answerNext({})
    expect(await failure(makeClient().createChannel({ name: 'n' }))).toMatchObject({ applied: 'unknown' })
    answerNext('')
    const upload = makeClient().postChannelFileUpload('1', Buffer.from('x'))
    expect(await failure(upload)).toMatchObject({ code: 'unavailable', applied: 'unknown' })
  })
})

test('what the service does not promise may be missing or odd', async () => {
  answerNext({ channel: { channel_id: '1', archived: null, created_at: 'yesterday', later: true } })
  expect(await makeClient().getChannel('1')).toEqual({
    channelId: '1',
    organizationId: '',
    name: '',
    displayName: undefined,
    description: undefined,
    storageType: undefined,
    isArchived: false,
    createdAt: undefined,
    updatedAt: undefined,
  })
})

test('the secret of a datasource is there and does not show', async () => {
  const secret = 'very-secret-0123456789'
  answerNext({ datasource: { datasource_id: '1', secret } })
  const datasource = await makeClient().putChannelDatasource('1', '1')
  expect(datasource.secret).toBe(secret)
  expect(inspect(datasource) + JSON.stringify(datasource)).not.toContain(secret)
})

test('the credential shows in no error and no inspection', async () => {
  const personalAccessToken = 'personal-access-token-1'
  const client = makeClient({ personalAccessToken })
  answerNext({ error: 'x', error_description: `you sent ${personalAccessToken}` }, 400)
  const error = await failure(client.getChannel('1'))
  expect(inspect(error, { depth: 9 }) + inspect(client, { depth: 9, showHidden: false })).not.toContain(
    personalAccessToken,
  )
  expect(inspect(client, { depth: 9 })).not.toContain(
    Buffer.from(`user-1112223334445:${personalAccessToken}`).toString('base64'),
  )
})
