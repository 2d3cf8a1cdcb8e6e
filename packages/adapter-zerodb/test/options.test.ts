import { inspect } from 'node:util'
import { silentLogger, systemClock } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { adapter, createZerodbDriver, type ZerodbOptions } from '../src/index.ts'
import { startZerodb } from './zerodb-fixture.ts'

const apiKey = 'zerodb_sk_0123456789abcdef'

function limitsOf(options: ZerodbOptions): object {
  return createZerodbDriver({ apiKey, ...options }, { environment: {} }).capabilities.limits
}

describe('options', () => {
  test.each([
    ['an unknown one', { apikey: 'x' }],
    ['an unknown tier', { tier: 'gold' }],
    ['enterprise without limits', { tier: 'enterprise' }],
    ['enterprise without a limit of rows', { tier: 'enterprise', requestsPerMinute: 5000 }],
    ['no requests at all', { requestsPerMinute: 0 }],
    ['more than 1,000 rows an insert', { maxRowsPerInsert: 1001 }],
    ['an unknown dialect', { responseDialect: 'x' }],
    ['a header of our own', { extraHeaders: { 'X-API-Key': 'other' } }],
    ['an operator without $', { extraOperators: ['contains'] }],
    ['a negative time', { timeoutMs: -1 }],
  ])('%s is refused', (_, options) => {
    expect(() => createZerodbDriver({ apiKey, ...(options as object) }, { environment: {} })).toThrow(
      /options of the ZeroDB backend/,
    )
  })

  test.each([
    [{}, { rowsPerInsert: 100, requestsPerMinute: 60, pageSize: 1000 }],
    [{ tier: 'starter' }, { rowsPerInsert: 500, requestsPerMinute: 300 }],
    [{ tier: 'pro' }, { rowsPerInsert: 1000, requestsPerMinute: 1000 }],
    [
      { tier: 'pro', requestsPerMinute: 10, maxRowsPerInsert: 7 },
      { rowsPerInsert: 7, requestsPerMinute: 10 },
    ],
    [
      { tier: 'free', requestsPerMinute: 9999, maxRowsPerInsert: 1000 },
      { rowsPerInsert: 100, requestsPerMinute: 60 },
    ],
    [
      { tier: 'enterprise', requestsPerMinute: 5000, maxRowsPerInsert: 900 },
      { rowsPerInsert: 900, requestsPerMinute: 5000 },
    ],
  ] as const)('%j sets the limits of the tier, lowered', (options, limits) => {
    expect(limitsOf(options)).toMatchObject(limits)
  })

  test.each(['http://api.example.com/v1', 'ftp://x', 'nowhere', 'https://user:pass@x.example'])(
    'the base URL %s is refused',
    (baseUrl) => {
      expect(() => createZerodbDriver({ apiKey, baseUrl }, { environment: {} })).toThrow(/baseUrl/)
    },
  )

  test('a missing key fails when the driver is made, and names both ways to give one', async () => {
    expect(() => createZerodbDriver({}, { environment: {} })).toThrow(/apiKey.*ZERODB_API_KEY/)
    const checked = await adapter.optionsSchema['~standard'].validate({})
    const services = { clock: systemClock, logger: silentLogger, random: Math.random, environment: {}, fetch }
    const value = 'value' in checked ? checked.value : undefined
    expect(() => adapter.createDriver(value as never, services)).toThrow(/ZERODB_API_KEY/)
  })

  test('key and URL come from the environment', async () => {
    const { gateway } = await startZerodb()
    const environment = { ZERODB_API_KEY: gateway.apiKey, ZERODB_API_URL: gateway.url }
    const { native } = createZerodbDriver({}, { environment })
    expect(await native.listTables()).toEqual({ tables: [], total: 0 })
  })

  test('a wrong key is unauthenticated', async () => {
    const { open } = await startZerodb()
    await expect(open({ apiKey: 'zerodb_sk_wrong' }).ping()).rejects.toMatchObject({
      code: 'unauthenticated',
      status: 401,
    })
  })

  test('in a browser no driver is made', () => {
    const versions = Object.getOwnPropertyDescriptor(process, 'versions')
    Object.defineProperty(process, 'versions', { value: {}, configurable: true })
    try {
      expect(() => createZerodbDriver({ apiKey }, { environment: {} })).toThrow(/servers only/)
    } finally {
      Object.defineProperty(process, 'versions', versions ?? {})
    }
  })

  test('the schema describes every option', () => {
    const schema = adapter.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }) as {
      readonly properties: Readonly<Record<string, { readonly description?: string }>>
      readonly additionalProperties: boolean
    }
    expect(schema.additionalProperties).toBe(false)
    expect(Object.values(schema.properties).every(({ description }) => description !== undefined)).toBe(true)
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining([...adapter.secretOptions]))
  })

  test('secrets show nowhere when a driver is printed', () => {
    const driver = createZerodbDriver(
      { apiKey, extraHeaders: { 'X-Token': 'secret-header-value' } },
      { environment: {} },
    )
    const shown = inspect(driver, { depth: 9 }) + inspect(driver.native, { depth: 9, showHidden: true })
    expect(shown).not.toContain(apiKey)
    expect(shown).not.toContain('secret-header-value')
  })

  test('there are neither files nor jobs', () => {
    const { capabilities, files, jobs } = createZerodbDriver({ apiKey }, { environment: {} }) as {
      capabilities: { operations: object }
      files?: unknown
      jobs?: unknown
    }
    expect([files, jobs]).toEqual([undefined, undefined])
    expect(Object.keys(capabilities.operations).filter((name) => /^(files|jobs)/.test(name))).toEqual([])
  })
})
