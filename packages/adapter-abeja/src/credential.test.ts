import { describe, expect, test } from 'vitest'
import { readCredential } from './credential.ts'

const user = { ABEJA_PLATFORM_USER_ID: '1', ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN: 'p' }
const datasource = { ABEJA_PLATFORM_DATASOURCE_ID: '2', ABEJA_PLATFORM_DATASOURCE_SECRET: 's' }

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`
}

describe('the three kinds', () => {
  test('a token', () => {
    expect(readCredential({ authToken: 't' }, {}).authorization).toBe('Bearer t')
  })

  test.each(['5', 'user-5'])('a user %s', (userId) => {
    expect(readCredential({ userId, personalAccessToken: 'é' }, {}).authorization).toBe(basic('user-5:é'))
  })

  test.each(['5', 'datasource-5'])('a datasource %s', (datasourceId) => {
    const credential = readCredential({ datasourceId, datasourceSecret: 's' }, {})
    expect(credential).toMatchObject({ kind: 'datasource', authorization: basic('datasource-5:s') })
  })
})

describe('where it comes from', () => {
  test('in the environment a token goes before a user before a datasource', () => {
    expect(readCredential({}, { ...datasource, ...user, PLATFORM_AUTH_TOKEN: 't' }).kind).toBe('token')
    expect(readCredential({}, { ...datasource, ...user }).kind).toBe('user')
    expect(readCredential({}, { ...datasource, ABEJA_PLATFORM_USER_ID: '1' }).kind).toBe('datasource')
  })

  test('one in the options beats the environment as a whole', () => {
    const credential = readCredential({ userId: '5', personalAccessToken: 'p' }, { PLATFORM_AUTH_TOKEN: 't' })
    expect(credential.kind).toBe('user')
  })

  test('half a pair in the options is refused, and not completed from the environment', () => {
    expect(() => readCredential({ userId: '5' }, user)).toThrow(/go together/)
    expect(() => readCredential({ datasourceSecret: '5' }, datasource)).toThrow(/go together/)
  })

  test('without any, all the ways to give one are named', () => {
    expect(() => readCredential({}, {})).toThrow(
      /authToken \(or PLATFORM_AUTH_TOKEN\).*personalAccessToken.*ABEJA_PLATFORM_DATASOURCE_SECRET/,
    )
  })

  test('a datasource given as a user is told where it belongs', () => {
    expect(() => readCredential({ userId: 'datasource-5', personalAccessToken: 'p' }, {})).toThrow(/datasourceId/)
  })

  test('options are not changed', () => {
    const options = Object.freeze({ userId: '5', personalAccessToken: 'p' })
    expect(readCredential(options, {}).kind).toBe('user')
    expect(options.userId).toBe('5')
  })
})
