import { describe, expect, test } from 'vitest'
import type { LogFields, Logger } from '../driver/adapter-definition.ts'
import type { FileContent } from '../driver/file-driver.ts'
import { manualClock } from '../services/manual-clock.ts'
import { loggingLayer } from './logging.ts'
import { operationNames } from './operation-kind.ts'
import { bodyOf } from './call-body.ts'
import { failure, invoke, readText, sampleResults, testDriver } from './test-driver.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

function collect(): { lines: Line[]; logger: Logger } {
  const lines: Line[] = []
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields })
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

describe('loggingLayer', () => {
  test.each(operationNames)('%s is one line', async (operation) => {
    const { lines, logger } = collect()
    const result = await invoke(loggingLayer({ logger, clock: manualClock() })(testDriver()), operation)
    const body = bodyOf(operation, result)
    if (body !== undefined) await readText(body)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level: 'debug',
      message: `${operation} ok`,
      fields: { backend: 'test', operation, outcome: 'ok', durationMs: 0, requests: 1, retries: 0 },
    })
  })

  test('says what the call itself added to its receipt, and how long it took', async () => {
    const { lines, logger } = collect()
    const clock = manualClock()
    const inner = testDriver({
      'tables.load': async (_, { receipt }) => {
        receipt.bytesSent += 70
        receipt.retries += 2
        await clock.sleep(250)
      },
    })
    const load = invoke(loggingLayer({ logger, clock, level: 'info', slowMs: 200 })(inner), 'tables.load')
    await clock.advance(250)
    await load
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'tables.load ok',
        fields: {
          backend: 'test',
          operation: 'tables.load',
          resource: 'photos/cats',
          outcome: 'ok',
          durationMs: 250,
          requests: 1,
          retries: 2,
          bytesSent: 70,
          bytesReceived: 0,
        },
      },
    ])
  })

  test.each([
    ['not-found', 'info'],
    ['conflict', 'info'],
    ['unavailable', 'warn'],
    ['permission-denied', 'warn'],
    ['internal', 'error'],
    ['corrupt-data', 'error'],
  ] as const)('%s is logged as %s', async (code, level) => {
    const { lines, logger } = collect()
    const inner = testDriver({
      'tables.count': () => {
        throw failure(code, { requestId: 'r1' })
      },
    })
    await expect(invoke(loggingLayer({ logger, level: 'info' })(inner), 'tables.count')).rejects.toThrow(code)
    expect(lines).toMatchObject([
      {
        level,
        message: `tables.count ${code}`,
        fields: { outcome: code, message: `the test says ${code}`, requestId: 'r1' },
      },
    ])
  })

  test('a body is logged at its end, with its failure', async () => {
    const { lines, logger } = collect()
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw failure('corrupt-data')
    }
    const answer = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body: broken() })
    const driver = loggingLayer({ logger })(testDriver({ 'files.read': answer }))
    const { body } = (await invoke(driver, 'files.read')) as FileContent
    expect(lines).toEqual([])
    await expect(readText(body)).rejects.toThrow('corrupt-data')
    expect(lines).toMatchObject([{ level: 'error', message: 'files.read corrupt-data' }])
  })

  test('a logger that throws changes nothing', async () => {
    const broken = (): never => {
      throw new Error('disk full')
    }
    const logger = { debug: broken, info: broken, warn: broken, error: broken }
    expect(await invoke(loggingLayer({ logger })(testDriver()), 'tables.count')).toBe(1)
  })

  test('rows, filters and secrets are in no line', async () => {
    const { lines, logger } = collect()
    const inner = testDriver({
      'tables.insert': () => {
        throw Object.assign(new Error('Authorization: Bearer s3cret-value'), {
          headers: { authorization: 's3cret-value' },
        })
      },
    })
    const driver = loggingLayer({ logger })(inner)
    const batch = { columns: ['a'], rows: [['row-value']] }
    await invoke(driver, 'tables.insert', { batch }).catch(() => {})
    await invoke(driver, 'tables.count', {
      filter: { kind: 'compare', path: 'a', operator: '$eq', value: 'row-value' },
    })
    await invoke(driver, 'files.signUrl', { key: 'x?sig=s3cret-value' })
    expect(lines).toHaveLength(3)
    expect(JSON.stringify(lines)).not.toMatch(/row-value|s3cret-value/)
  })

  test.each([[{ level: 'loud' }], [{ slowMs: -1 }], [{ loger: 1 }]])('refuses %j', (options) => {
    expect(() => loggingLayer(options as object)).toThrow('layer `logging`')
  })
})
