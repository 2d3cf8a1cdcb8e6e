import { StorageError } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { createKeboolaClient } from '../src/client.ts'
import { checkKeboolaOptions, type Environment, type KeboolaOptions, readKeboolaAccess } from '../src/options.ts'

const token = 'a-b-c-d'

function accessOf(options: KeboolaOptions, environment: Environment = {}): unknown {
  return readKeboolaAccess(checkKeboolaOptions(options), environment)
}

describe('where the stack is', () => {
  test.each([
    [undefined, 'https://connection.keboola.com'],
    ['connection.eu-central-1.keboola.com', 'https://connection.eu-central-1.keboola.com'],
    ['https://connection.keboola.com/', 'https://connection.keboola.com'],
    ['https://connection.keboola.com/v2/storage', 'https://connection.keboola.com'],
    ['https://connection.keboola.com/v2/storage/', 'https://connection.keboola.com'],
    ['http://127.0.0.1:8123', 'http://127.0.0.1:8123'],
  ])('%s is %s', (url, expected) => {
    expect(accessOf({ url, token })).toEqual({ url: expected, token })
  })

  test("the guide's names come before those of other tools, and options before both", () => {
    const environment = {
      KEBOOLA_STACK_URL: 'a.example',
      KEBOOLA_TOKEN: 't-1',
      KBC_STORAGE_API_URL: 'https://b.example/',
      KBC_TOKEN: 't-2',
    }
    expect(accessOf({}, environment)).toEqual({ url: 'https://a.example', token: 't-1' })
    expect(accessOf({ url: 'c.example', token }, environment)).toEqual({ url: 'https://c.example', token })
    const others = { ...environment, KEBOOLA_STACK_URL: '', KEBOOLA_TOKEN: undefined }
    expect(accessOf({}, others)).toEqual({ url: 'https://b.example', token: 't-2' })
  })

  test.each([
    ['http://connection.keboola.com', 'use https'],
    ['https://user:secret@connection.keboola.com', 'user name or password'],
    ['ftp://x', 'ftp:'],
    ['https://x/?a=1', 'what follows ?'],
  ])('%s is refused', (url, message) => {
    expect(() => createKeboolaClient({ url, token }, { environment: {} })).toThrow(message)
  })
})

describe('options', () => {
  test('have defaults', () => {
    expect(checkKeboolaOptions({})).toEqual({
      dialect: 'current',
      timeoutMs: 120_000,
      jobDeadlineMs: 600_000,
      pollFirstMs: 200,
      pollMaxMs: 5000,
      allowInsecure: false,
    })
  })

  test.each([
    [{ tokn: 'x' }, 'tokn'],
    [{ token: '' }, 'token'],
    [{ jobDeadlineMs: 0 }, 'jobDeadlineMs'],
    [{ pollFirstMs: -1 }, 'pollFirstMs'],
    [{ dialect: 'old' }, 'dialect'],
    [{ timeoutMs: 1.5 }, 'timeoutMs'],
  ])('%j is refused, and named', (options, name) => {
    const check = (): unknown => checkKeboolaOptions(options as KeboolaOptions)
    expect(check).toThrow(StorageError)
    expect(check).toThrow(name)
  })

  test('without a token both ways to give one are named', () => {
    expect(() => accessOf({})).toThrow('give the option token, or set KEBOOLA_TOKEN or KBC_TOKEN')
  })
})
