import { describe, expect, test } from 'vitest'
import type { AdapterServices } from '../driver/adapter-definition.ts'
import type { Layer } from '../driver/operation.ts'
import { manualClock } from '../services/manual-clock.ts'
import { silentLogger } from '../services/logger.ts'
import { builtInLayers, createLayer } from './layer-registry.ts'
import { failure, invoke, testDriver } from './test-driver.ts'

const lines: string[] = []
const clock = manualClock()
const services: AdapterServices = {
  clock,
  logger: { ...silentLogger, info: (message) => void lines.push(message) },
  random: () => 0,
  environment: {},
  fetch: globalThis.fetch,
}

const sampleOptions: Record<string, unknown> = {
  logging: { level: 'info' },
  prefix: { buckets: 'a-' },
  rateLimit: { perMinute: 60, burst: 1 },
  concurrency: { max: 2 },
  chaos: { rules: [] },
}

describe('createLayer', () => {
  test.each(builtInLayers.map(({ name }) => name))('makes %s, and refuses what it has not', async (name) => {
    const layer: Layer = createLayer(name, sampleOptions[name], services)
    expect(await invoke(layer(testDriver()), 'tables.count')).toBe(1)
    const options = { ...(sampleOptions[name] as object | undefined), nonsense: 1 }
    expect(() => createLayer(name, options, services)).toThrow(`layer \`${name}\` has no option \`nonsense\``)
    expect(() => createLayer(name, 'fast', services)).toThrow(`options of layer \`${name}\` must be an object`)
  })

  test('a config can give nothing that only code may give', () => {
    for (const [name, option] of Object.entries({ retry: 'clock', logging: 'logger', chaos: 'onFault' })) {
      const options = { ...(sampleOptions[name] as object | undefined), [option]: {} }
      expect(() => createLayer(name, options, services)).toThrow(`has no option \`${option}\``)
    }
  })

  test('layers use the services', async () => {
    lines.length = 0
    await invoke(createLayer('logging', { level: 'info' }, services)(testDriver()), 'tables.count')
    const rules = [{ operation: '*', nth: 1, fault: { kind: 'latency', ms: 0 } }]
    await invoke(createLayer('chaos', { rules }, services)(testDriver()), 'tables.count')
    expect(lines).toEqual(['tables.count ok', 'chaos fault'])
    const inner = testDriver({
      'tables.count': () => {
        throw failure('rate-limited', { retryAfterMs: 5000 })
      },
    })
    const counted = invoke(createLayer('retry', { maxAttempts: 2 }, services)(inner), 'tables.count').catch(
      () => 'failed',
    )
    await clock.advance(5000)
    expect(await counted).toBe('failed')
    expect(inner.log).toHaveLength(2)
  })

  test('true and null stand for no options', () => {
    for (const options of [true, null, undefined])
      expect(createLayer('readOnly', options, services)).toBeTypeOf('function')
  })

  test.each(['cache', 'constructor', ''])('there is no layer %j', (name) => {
    expect(() => createLayer(name, {}, services)).toThrow('the built-in ones are `logging`, `tracing`, `readOnly`')
  })

  test('every description is complete', () => {
    for (const { description, options } of builtInLayers) {
      expect(description).toMatch(/^[A-Z].*\.$/)
      for (const option of Object.values(options)) expect(option.description).toMatch(/^[A-Z].*\.$/s)
    }
    expect(JSON.parse(JSON.stringify(builtInLayers))).toMatchObject(
      builtInLayers.map(({ name, options }) => ({ name, options })),
    )
  })
})
