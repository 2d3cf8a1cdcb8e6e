import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReceiptRecorder } from '../contract/receipt.ts'
import type { FileContent } from '../driver/file-driver.ts'
import { classifyCall, type OperationName } from '../driver/operation.ts'
import type { ErrorFacts, StorageError } from '../errors/storage-error.ts'
import { type ManualClock, manualClock } from '../services/manual-clock.ts'
import { operationNames } from './operation-kind.ts'
import { retryLayer, type RetryOptions } from './retry.ts'
import {
  type Answer,
  failure,
  invoke,
  sampleRequest,
  sampleResults,
  testDriver,
  textBody,
  textSource,
} from './test-driver.ts'

interface Outcome {
  readonly value?: unknown
  readonly error?: unknown
  readonly attempts: number
  readonly waits: readonly number[]
  readonly receipt: ReceiptRecorder
}

/** Calls an operation that answers with each of the failures in turn and then succeeds; plays the waits. */
async function call(
  operation: OperationName,
  failures: readonly unknown[],
  options: RetryOptions & { readonly request?: object; readonly signal?: AbortSignal } = {},
  clock: ManualClock = manualClock(),
): Promise<Outcome> {
  const { request = {}, signal, ...own } = options
  let attempt = 0
  const answer: Answer = (asked) => {
    attempt += 1
    if (attempt <= failures.length) throw failures[attempt - 1]
    return sampleResults[operation](asked)
  }
  const driver = retryLayer({ random: () => 0.5, clock, ...own })(testDriver({ [operation]: answer }))
  const receipt = new ReceiptRecorder()
  const context = signal === undefined ? { receipt } : { receipt, signal }
  let isDone = false
  const outcome = invoke(driver, operation, request, context)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    .finally(() => (isDone = true))
  const waits: number[] = []
  while (!isDone) {
    const waited = await clock.advanceToNext()
    if (waited !== undefined) waits.push(waited)
  }
  return { ...(await outcome), attempts: attempt, waits, receipt }
}

const down = failure('unavailable')
const downNotApplied = failure('unavailable', { applied: 'no' })
const limited = failure('rate-limited')

describe('retryLayer', () => {
  test('repeats a read until it succeeds and says so in the receipt', async () => {
    const { value, attempts, waits, receipt } = await call('tables.count', [down, limited, down])
    expect({ value, attempts, waits }).toEqual({ value: 1, attempts: 4, waits: [100, 200, 400] })
    expect(receipt).toMatchObject({ retries: 3, requests: 4 })
  })

  test('gives up after `maxAttempts` with the last failure as the driver threw it', async () => {
    const last = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    const { error, attempts } = await call('tables.count', [down, down, last], { maxAttempts: 3 })
    expect(attempts).toBe(3)
    expect(error).toBe(last)
  })

  test.each(['not-found', 'conflict', 'permission-denied', 'invalid-argument', 'internal', 'aborted'] as const)(
    '%s is not repeated',
    async (code) => {
      const thrown = failure(code)
      const { error, attempts } = await call('tables.count', [thrown])
      expect({ error, attempts }).toEqual({ error: thrown, attempts: 1 })
    },
  )

  test('a failure no driver explains is not repeated', async () => {
    const thrown = new TypeError('x is not a function')
    expect(await call('tables.count', [thrown])).toMatchObject({ error: thrown, attempts: 1 })
  })

  test('waits are random up to a bound that doubles, and never over `maxDelayMs`', async () => {
    const delays = { baseDelayMs: 100, maxDelayMs: 350, maxAttempts: 6 }
    const long = await call('tables.count', Array(5).fill(down), { ...delays, random: () => 0.999_999 })
    expect(long.waits.map(Math.round)).toEqual([100, 200, 350, 350, 350])
    const none = await call('tables.count', Array(5).fill(down), { ...delays, random: () => 0 })
    expect(none.waits).toEqual([])
    expect(none.attempts).toBe(6)
  })

  test('waits as long as the service asks, with a little chance on top', async () => {
    const busy = failure('rate-limited', { retryAfterMs: 30_000 })
    expect(await call('tables.insert', [busy])).toMatchObject({ waits: [30_100], value: { inserted: 1 } })
  })

  test('fails at once when the service asks for more than `maxRetryAfterMs`', async () => {
    const busy = failure('rate-limited', { retryAfterMs: 60_001 })
    expect(await call('tables.count', [busy])).toMatchObject({ attempts: 1, error: busy, waits: [] })
  })

  test('no wait goes past the total deadline, and an attempt is ended at it', async () => {
    const { attempts, waits, error } = await call('tables.count', Array(9).fill(down), {
      maxAttempts: 9,
      totalDeadlineMs: 650,
    })
    expect({ attempts, waits, error }).toEqual({ attempts: 3, waits: [100, 200], error: down })

    const clock = manualClock()
    const hang: Answer = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const driver = retryLayer({ totalDeadlineMs: 650, clock })(testDriver({ 'tables.count': hang }))
    const result = invoke(driver, 'tables.count').catch((thrown: unknown) => thrown)
    await clock.advance(650)
    expect(await result).toMatchObject({ code: 'timeout', message: 'tables.count took longer than 650 ms' })
  })

  test('an attempt that takes too long is ended and repeated, but not that of a transfer', async () => {
    const clock = manualClock()
    let attempts = 0
    const hang: Answer = (_, { signal }) => {
      attempts += 1
      if (attempts === 2) return 7
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    }
    const slow: Answer = () => clock.sleep(5000).then(() => 'loaded')
    const inner = testDriver({ 'tables.count': hang, 'tables.load': slow })
    const driver = retryLayer({ attemptTimeoutMs: 300, clock, random: () => 0 })(inner)
    const counted = invoke(driver, 'tables.count')
    const loaded = invoke(driver, 'tables.load')
    await clock.advance(300)
    expect(await counted).toBe(7)
    await clock.advance(5000)
    expect(await loaded).toBe('loaded')
  })

  test('the signal of an attempt stays good for the body it gave', async () => {
    const abort = new AbortController()
    const answer = (): unknown => ({ ...(sampleResults['files.read']({}) as FileContent), body: textBody('a') })
    const inner = testDriver({ 'files.read': answer })
    const driver = retryLayer({ attemptTimeoutMs: 300, clock: manualClock() })(inner)
    const content = (await invoke(driver, 'files.read', {}, { signal: abort.signal })) as FileContent
    abort.abort(new Error('enough'))
    expect(inner.log[0]?.signal.reason).toMatchObject({ message: 'enough' })
    await content.body[Symbol.asyncIterator]().return?.()
  })

  test('an abort ends the wait at once', async () => {
    const abort = new AbortController()
    const clock = manualClock()
    const driver = retryLayer({ clock })(
      testDriver({
        'tables.count': () => {
          setImmediate(() => abort.abort(new Error('enough')))
          throw down
        },
      }),
    )
    await expect(invoke(driver, 'tables.count', {}, { signal: abort.signal })).rejects.toThrow('enough')
    expect(clock.waiting).toBe(0)
  })

  test('nothing is repeated after an abort', async () => {
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    expect(await call('tables.count', [down], { signal: abort.signal })).toMatchObject({ attempts: 1, error: down })
  })
})

describe('retryLayer, writes', () => {
  test('an unsafe write is repeated only when it surely was not applied', async () => {
    expect(await call('tables.insert', [limited, downNotApplied])).toMatchObject({
      attempts: 3,
      value: { inserted: 1 },
    })
    const lost = await call('tables.insert', [down])
    expect(lost).toMatchObject({
      attempts: 1,
      error: {
        code: 'outcome-unknown',
        applied: 'unknown',
        retryable: false,
        operation: 'tables.insert',
        resource: 'photos/cats',
        details: { attempts: 1, lastCode: 'unavailable' },
      },
    })
    expect((lost.error as Error).cause).toMatchObject({ code: 'unavailable' })
    const timedOut = await call('tables.insert', [limited, failure('timeout')])
    expect(timedOut).toMatchObject({ attempts: 2, error: { code: 'outcome-unknown', applied: 'unknown' } })
  })

  test('an unsafe write that surely failed keeps its failure', async () => {
    for (const thrown of [failure('conflict'), failure('unavailable', { applied: 'no', retryable: false })]) {
      expect(await call('tables.insert', [thrown])).toMatchObject({ attempts: 1, error: thrown })
    }
  })

  test('a write that comes to the same when repeated is, and at last says that its outcome is unknown', async () => {
    const upsert = { mode: 'upsert' }
    expect(await call('tables.insert', [down, down], { request: upsert })).toMatchObject({ attempts: 3 })
    const { error } = await call('tables.insert', Array(4).fill(down), { request: upsert })
    expect(error).toMatchObject({ code: 'unavailable', applied: 'unknown', retryable: true })
    const refused = await call('tables.insert', [down, failure('permission-denied')], { request: upsert })
    expect(refused.error).toMatchObject({ code: 'permission-denied', applied: 'unknown' })
  })

  test.each([
    ['buckets.create', 'already-exists'],
    ['tables.create', 'already-exists'],
    ['tables.drop', 'not-found'],
    ['files.delete', 'not-found'],
    ['files.copy', 'already-exists'],
  ] as const)('%s that meets %s after a lost answer is of unknown outcome', async (operation, code) => {
    const met = failure(code)
    expect(await call(operation, [met])).toMatchObject({ attempts: 1, error: met })
    expect(await call(operation, [limited, met])).toMatchObject({ attempts: 2, error: met })
    const { error, attempts } = await call(operation, [down, met])
    expect(attempts).toBe(2)
    expect(error).toMatchObject({
      code: 'outcome-unknown',
      applied: 'unknown',
      details: { lastCode: code, attempts: 2 },
    })
  })

  test('a keyed write whose answers all get lost is of unknown outcome', async () => {
    const { error, attempts } = await call('tables.create', Array(4).fill(down))
    expect(attempts).toBe(4)
    expect(error).toMatchObject({ code: 'outcome-unknown', applied: 'unknown' })
  })

  test('an abort after a lost answer stays an abort and says what is known', async () => {
    const clock = manualClock()
    const driver = retryLayer({ clock })(
      testDriver({
        'tables.create': () => {
          throw down
        },
      }),
    )
    const second = new AbortController()
    const result = invoke(driver, 'tables.create', {}, { signal: second.signal }).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    second.abort(new DOMException('stop', 'AbortError'))
    expect(await result).toMatchObject({ code: 'aborted', applied: 'unknown' })
  })

  test('a source that can be read once is not read twice', async () => {
    const seen: string[] = []
    const write =
      (readFirst: boolean): Answer =>
      async ({ source }) => {
        seen.push('attempt')
        if (readFirst) for await (const _ of (source as ReturnType<typeof textSource>).open()) break
        if (seen.length === 1) throw limited
        return 'written'
      }
    const run = (readFirst: boolean, isReopenable: boolean): Promise<unknown> => {
      seen.length = 0
      const driver = retryLayer({ baseDelayMs: 0 })(testDriver({ 'files.write': write(readFirst) }))
      return invoke(driver, 'files.write', { source: textSource(['a'], isReopenable) })
    }
    await expect(run(true, false)).rejects.toBe(limited)
    expect(seen).toHaveLength(1)
    expect(await run(false, false)).toBe('written')
    expect(await run(true, true)).toBe('written')
    expect(seen).toHaveLength(2)
  })

  test('rows of a load are not read twice', async () => {
    const load =
      (readFirst: boolean): Answer =>
      async ({ batches }) => {
        if (readFirst) for await (const _ of batches as AsyncIterable<unknown>) break
        throw limited
      }
    for (const [readFirst, attempts] of [
      [true, 1],
      [false, 4],
    ] as const) {
      const inner = testDriver({ 'tables.load': load(readFirst) })
      await expect(invoke(retryLayer({ baseDelayMs: 0 })(inner), 'tables.load')).rejects.toBe(limited)
      expect(inner.log).toHaveLength(attempts)
    }
  })

  test('whatever fails, an unsafe write is sent again only after failures that prove it was not applied', async () => {
    const facts = fc.record({
      code: fc.constantFrom(
        'unavailable',
        'timeout',
        'rate-limited',
        'conflict',
        'already-exists',
        'outcome-unknown',
        'internal',
      ),
      applied: fc.constantFrom('yes', 'no', 'partly', 'unknown', undefined),
      retryable: fc.constantFrom(true, false, undefined),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...operationNames),
        fc.array(facts, { maxLength: 6 }),
        async (operation, list) => {
          const failures = list.map(({ code, ...rest }) =>
            failure(code as ErrorFacts['code'], rest as Partial<ErrorFacts>),
          )
          const { attempts, error, receipt } = await call(operation, failures, { baseDelayMs: 0 })
          const met = failures.slice(0, attempts)
          const repeated = met.slice(0, attempts - 1)
          const isUnsafe = classifyCall(operation, sampleRequest(operation)) === 'unsafe'
          expect(attempts).toBeLessThanOrEqual(4)
          expect(receipt.retries).toBe(attempts - 1)
          expect(repeated.every((each) => each.retryable)).toBe(true)
          expect(isUnsafe && repeated.some((each) => each.applied !== 'no')).toBe(false)
          const wasLost = met.some((each) => each.applied === 'unknown')
          const isWrite = classifyCall(operation, sampleRequest(operation)) !== 'safe'
          const saysUnknown = error === undefined || (error as StorageError).applied === 'unknown'
          expect(saysUnknown || !wasLost || !isWrite).toBe(true)
        },
      ),
    )
  })

  test.each([[{ maxAttempts: 0 }], [{ maxAttempts: 1.5 }], [{ baseDelayMs: -1 }], [{ attempts: 3 }]])(
    'refuses %j',
    (options) => {
      expect(() => retryLayer(options as object)).toThrow('layer `retry`')
    },
  )
})
