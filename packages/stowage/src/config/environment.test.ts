import { describe, expect, test } from 'vitest'
import { readEnvironment, stowageVariables, variableSuffix } from './environment.ts'

describe('readEnvironment', () => {
  test('one backend without a name', () => {
    const source = readEnvironment(
      { STOWAGE_ADAPTER: 'local', STOWAGE_PATH: '/data', STOWAGE_REQUIRES: 'tables.upsert, files.range' },
      '/',
    )
    expect(source?.value).toEqual({
      backends: { default: { adapter: 'local', requires: ['tables.upsert', 'files.range'] } },
    })
    expect(source?.optionVariables.get('default')).toEqual([
      { variable: 'STOWAGE_PATH', suffix: 'PATH', text: '/data' },
    ])
    expect(source?.nameOf(['backends', 'default', 'requires', 1])).toBe('STOWAGE_REQUIRES[1]')
    expect(source?.nameOf(['backends', 'default', 'baseUrl'])).toBe('STOWAGE_BASE_URL')
  })

  test('several backends; of two names that fit, the longer one takes a variable', () => {
    const source = readEnvironment(
      {
        STOWAGE_DEFAULT: 'my',
        STOWAGE_BACKEND_MY_ADAPTER: 'local',
        STOWAGE_BACKEND_MY_PATH: 'a',
        STOWAGE_BACKEND_MY_LAKE_ADAPTER: 'keboola',
        STOWAGE_BACKEND_MY_LAKE_PATH: 'b',
        STOWAGE_BACKEND_MY_LAKE_LAYERS: '[{"retry":{"attempts":2}}]',
      },
      '/',
    )
    expect(source?.value).toEqual({
      backends: { my: { adapter: 'local' }, my_lake: { adapter: 'keboola', layers: [{ retry: { attempts: 2 } }] } },
    })
    expect(source?.optionVariables.get('my')?.map(({ text }) => text)).toEqual(['a'])
    expect(source?.optionVariables.get('my_lake')?.map(({ text }) => text)).toEqual(['b'])
    expect(source?.nameOf(['backends', 'my_lake', 'token'])).toBe('STOWAGE_BACKEND_MY_LAKE_TOKEN')
  })

  test('no adapter, no configuration', () => {
    expect(readEnvironment({ PATH: '/bin', STOWAGE_ADAPTER: '' }, '/')).toBeUndefined()
  })

  test('a backend with a name beside one without is an error', () => {
    const environment = { STOWAGE_ADAPTER: 'local', STOWAGE_BACKEND_LAKE_ADAPTER: 'keboola' }
    expect(() => readEnvironment(environment, '/')).toThrow(
      'STOWAGE_ADAPTER: is set beside STOWAGE_BACKEND_LAKE_ADAPTER',
    )
  })
})

test('what Kubernetes sets for a service called stowage is not ours', () => {
  const links = {
    STOWAGE_SERVICE_HOST: '10.0.0.1',
    STOWAGE_SERVICE_PORT_HTTP: '80',
    STOWAGE_PORT: 'tcp://10.0.0.1:80',
    STOWAGE_PORT_80_TCP_ADDR: '10.0.0.1',
  }
  expect(stowageVariables(links)).toEqual([])
  expect(stowageVariables({ STOWAGE_PORT: '80' })).toEqual(['STOWAGE_PORT'])
})

test.each([
  ['path', 'PATH'],
  ['baseUrl', 'BASE_URL'],
  ['timeoutMs', 'TIMEOUT_MS'],
  ['s3Url', 'S3_URL'],
])('%s is %s in the environment', (option, suffix) => {
  expect(variableSuffix(option)).toBe(suffix)
})
