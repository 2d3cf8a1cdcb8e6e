import type { Tracer } from '@opentelemetry/api'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { FileContent } from '../driver/file-driver.ts'
import { openTelemetryLayer, type TelemetrySpan, type TelemetryTracer, type TelemetryValue } from './open-telemetry.ts'
import { failure, invoke, readText, testDriver } from './test-driver.ts'

interface RecordedSpan {
  readonly name: string
  readonly kind: number
  readonly attributes: Record<string, TelemetryValue>
  readonly exceptions: unknown[]
  status: unknown
  hasEnded: boolean
}

function memoryTracer(): { tracer: TelemetryTracer; spans: RecordedSpan[]; active: () => string | undefined } {
  const spans: RecordedSpan[] = []
  let active: string | undefined
  const startActiveSpan: TelemetryTracer['startActiveSpan'] = (name, { kind, attributes }, work) => {
    const recorded: RecordedSpan = { name, kind, attributes, exceptions: [], status: undefined, hasEnded: false }
    spans.push(recorded)
    const span: TelemetrySpan = {
      setAttribute: (attribute, value) => (attributes[attribute] = value),
      setStatus: (status) => (recorded.status = status),
      recordException: (exception) => void recorded.exceptions.push(exception),
      end: () => (recorded.hasEnded = true),
    }
    active = name
    try {
      return work(span)
    } finally {
      active = undefined
    }
  }
  return { tracer: { startActiveSpan }, spans, active: () => active }
}

describe('openTelemetryLayer', () => {
  test("takes a tracer of OpenTelemetry's own API", () => {
    expectTypeOf<Tracer>().toExtend<TelemetryTracer>()
  })

  test('a call is a span with its names and counts', async () => {
    const { tracer, spans, active } = memoryTracer()
    const seen: unknown[] = []
    const inner = testDriver({ 'tables.insert': () => seen.push(active()) })
    await invoke(openTelemetryLayer({ tracer })(inner), 'tables.insert')
    expect(seen).toEqual(['tables.insert photos/cats'])
    expect(spans).toEqual([
      {
        name: 'tables.insert photos/cats',
        kind: 2,
        attributes: {
          'db.system.name': 'stowage.test',
          'db.operation.name': 'tables.insert',
          'db.namespace': 'photos',
          'db.collection.name': 'cats',
          'stowage.resource': 'photos/cats',
          'stowage.operation.class': 'unsafe',
          'stowage.requests': 1,
          'stowage.retries': 0,
          'stowage.bytes_sent': 0,
          'stowage.bytes_received': 0,
        },
        exceptions: [],
        status: undefined,
        hasEnded: true,
      },
    ])
  })

  test('a failure is on its span, without secrets', async () => {
    const { tracer, spans } = memoryTracer()
    const thrown = failure('unavailable', {
      message: 'sent Bearer s3cret-value',
      status: 503,
      requestId: 'r1',
      applied: 'unknown',
    })
    const inner = testDriver({
      'files.stat': () => {
        throw thrown
      },
    })
    await expect(invoke(openTelemetryLayer({ tracer })(inner), 'files.stat')).rejects.toBe(thrown)
    expect(spans).toMatchObject([
      {
        name: 'files.stat photos',
        attributes: {
          'error.type': 'unavailable',
          'http.response.status_code': 503,
          'stowage.request_id': 'r1',
          'stowage.applied': 'unknown',
        },
        exceptions: [{ name: 'StorageError', code: 'unavailable', message: 'sent Bearer ***' }],
        status: { code: 2, message: 'sent Bearer ***' },
        hasEnded: true,
      },
    ])
    expect(JSON.stringify(spans)).not.toContain('s3cret-value')
  })

  test('a span lasts until the end of the body', async () => {
    const { tracer, spans } = memoryTracer()
    const { body } = (await invoke(openTelemetryLayer({ tracer })(testDriver()), 'files.read')) as FileContent
    expect(spans[0]?.hasEnded).toBe(false)
    await readText(body)
    expect(spans[0]?.hasEnded).toBe(true)
  })

  test('a call without a bucket is named by its operation', async () => {
    const { tracer, spans } = memoryTracer()
    await invoke(openTelemetryLayer({ tracer })(testDriver()), 'ping')
    expect(spans[0]?.name).toBe('ping')
  })

  test.each([[{}], [{ tracer: {} }], [{ tracer: memoryTracer().tracer, name: 'x' }]])('refuses %j', (options) => {
    expect(() => openTelemetryLayer(options as never)).toThrow('layer `openTelemetry`')
  })
})
