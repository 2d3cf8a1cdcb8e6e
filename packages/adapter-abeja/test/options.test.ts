import { inspect } from 'node:util'
import { createStorage } from '@stowage/core'
import { silentLogger, systemClock } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { adapter, createAbejaDriver } from '../src/index.ts'
import { startAbeja } from './abeja-fixture.ts'

describe('options', () => {
  test.each([
    ['an unknown one', { tokn: 'x' }],
    ['an unknown kind', { authToken: 't', kind: 'folder' }],
    ['a negative time', { authToken: 't', timeoutMs: -1 }],
  ])('%s is refused', (_, options) => {
    expect(() => createAbejaDriver(options as object, { environment: {} })).toThrow(/options of the ABEJA backend/)
  })

  test('a base URL that would send the credential in the clear is refused', () => {
    const options = { authToken: 't', baseUrl: 'http://api.example.com' }
    expect(() => createAbejaDriver(options, { environment: {} })).toThrow(/use https/)
  })

  test('a missing credential fails when the driver is made, through the definition as well', async () => {
    expect(() => createAbejaDriver({}, { environment: {} })).toThrow(/PLATFORM_AUTH_TOKEN/)
    const checked = await adapter.optionsSchema['~standard'].validate({})
    const services = { clock: systemClock, logger: silentLogger, random: Math.random, environment: {}, fetch }
    const value = 'value' in checked ? checked.value : undefined
    expect(() => adapter.createDriver(value as never, services)).toThrow(/personalAccessToken/)
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

  test('place and organization come from the environment, and a credential when the options have none', () => {
    const environment = {
      ABEJA_API_URL: 'https://abeja.example',
      ABEJA_ORGANIZATION_ID: '1402938475610',
      ABEJA_PLATFORM_USER_ID: '1',
      ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN: 'personal-access-token',
    }
    const driver = createAbejaDriver({}, { environment })
    expect(inspect(driver, { depth: 9 })).not.toContain('personal-access-token')
  })
})

describe('what can be done', () => {
  test('depends on the kind, and deleting a container is never among it', () => {
    const of = (kind?: 'channel' | 'bucket'): string[] =>
      Object.keys(createAbejaDriver({ authToken: 't', kind }, { environment: {} }).capabilities.operations)
    expect(of('channel')).toEqual(expect.arrayContaining(['files.delete', 'files.update', 'files.createOnly']))
    expect(of('bucket')).not.toEqual(expect.arrayContaining(['files.delete']))
    for (const kind of [undefined, 'channel', 'bucket'] as const) expect(of(kind)).not.toContain('buckets.delete')
  })
})

describe('ping', () => {
  test('tells a right credential from a wrong one, of every kind', async () => {
    const { gateway } = await startAbeja()
    const { url: baseUrl, organizationId, authToken, datasources } = gateway
    const [{ id: datasourceId, secret: datasourceSecret } = { id: '', secret: '' }] = datasources
    const ping = async (credential: object): Promise<void> => {
      const driver = createAbejaDriver({ baseUrl, organizationId, ...credential }, { environment: {} })
      const storage = createStorage(driver)
      try {
        await storage.ping()
      } finally {
        await storage.close()
      }
    }
    await ping({ authToken })
    await ping({ datasourceId, datasourceSecret })
    await expect(ping({ authToken: 'wrong' })).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(ping({ datasourceId, datasourceSecret: 'wrong' })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})
