import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test } from 'vitest'
import { failure, invoke, testDriver } from './test-driver.ts'
import { type OperationMessage, tracingChannelName, tracingLayer } from './tracing.ts'

const channel: TracingChannel<string, OperationMessage> = tracingChannel(tracingChannelName)
const unsubscribes: (() => void)[] = []

function record(): { name: string; message: OperationMessage }[] {
  const events: { name: string; message: OperationMessage }[] = []
  const note = (name: string) => (message: unknown) => void events.push({ name, message: message as OperationMessage })
  const handlers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  }
  channel.subscribe(handlers)
  unsubscribes.push(() => channel.unsubscribe(handlers))
  return events
}

afterEach(() => {
  for (const unsubscribe of unsubscribes.splice(0)) unsubscribe()
})

describe('tracingLayer', () => {
  test('publishes the events of a call, all with one message', async () => {
    const events = record()
    expect(await invoke(tracingLayer()(testDriver()), 'tables.insert', { mode: 'upsert' })).toMatchObject({
      inserted: 1,
    })
    expect(events.map(({ name }) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd'])
    expect(new Set(events.map(({ message }) => message)).size).toBe(1)
    expect(events[0]?.message).toEqual({
      backend: 'test',
      operation: 'tables.insert',
      operationClass: 'idempotent',
      resource: 'photos/cats',
      receipt: { requests: 1, retries: 0, bytesSent: 0, bytesReceived: 0 },
    })
  })

  test('a failure is published as a StorageError and thrown as it is', async () => {
    const events = record()
    const raw = new Error('Bearer s3cret-value')
    const inner = testDriver({
      'tables.count': () => {
        throw raw
      },
    })
    await expect(invoke(tracingLayer()(inner), 'tables.count')).rejects.toBe(raw)
    expect(events.map(({ name }) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd'])
    expect(events[0]?.message.error).toMatchObject({ code: 'internal', resource: 'photos/cats' })
    expect(JSON.stringify(events)).not.toContain('s3cret-value')
  })

  test('a store bound to the start holds during the call', async () => {
    const store = new AsyncLocalStorage<string>()
    channel.start.bindStore(store, ({ operation }) => `span of ${operation}`)
    unsubscribes.push(() => void channel.start.unbindStore(store))
    let seen: string | undefined
    const inner = testDriver({
      'tables.count': async () => {
        await Promise.resolve()
        seen = store.getStore()
      },
    })
    await invoke(tracingLayer()(inner), 'tables.count')
    expect(seen).toBe('span of tables.count')
    expect(store.getStore()).toBeUndefined()
  })

  test('while nobody subscribes the call goes on untouched', async () => {
    const inner = testDriver()
    const contexts: unknown[] = []
    inner.answers['tables.count'] = (_, call) => contexts.push(call)
    const context = { signal: new AbortController().signal, receipt: { requests: 0 } as never }
    await tracingLayer()(inner).tables.count({} as never, context)
    expect(contexts[0]).toBe(context)
    await expect(
      invoke(
        tracingLayer()(
          testDriver({
            'tables.count': () => {
              throw failure('conflict')
            },
          }),
        ),
        'tables.count',
      ),
    ).rejects.toThrow('conflict')
  })

  test('refuses options', () => {
    expect(() => tracingLayer({ on: true } as never)).toThrow('layer `tracing` has no option `on`')
  })
})
