import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import type { FaultMatch, FaultRule, JobFault, ZerodbQuirk } from '@stowage/gateway'
import { closestName } from 'stowage'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { knobs } from './fault-knobs.ts'
import { type Fault, formatFault, parseFault } from './fault-text.ts'

const read = (text: string): Fault => parseFault(text, closestName)

describe('a fault is read', () => {
  test.each<[text: string, fault: Fault]>([
    ['status=503,after=commit,nth=3', { kind: 'request', rule: { status: 503, when: 'after', nth: 3 } }],
    [
      'status=429, retry-after = 5 ,times=2',
      { kind: 'request', rule: { status: 429, retryAfterSeconds: 5, times: 2 } },
    ],
    [
      'method=GET,path=/v2/storage/files,drop-after=0',
      { kind: 'request', rule: { match: { method: 'GET', path: '/v2/storage/files' }, dropAfterBytes: 0 } },
    ],
    ['path="~^/a{1,2}$",delay=250ms', { kind: 'request', rule: { match: { path: /^\/a{1,2}$/ }, delayMs: 250 } }],
    [
      'reset,before=commit,probability=0.1',
      { kind: 'request', rule: { resetSocket: true, when: 'before', probability: 0.1 } },
    ],
    [
      'status=200,type=text/html,body="<p class=\\"x\\">a, b\\\\</p>"',
      { kind: 'request', rule: { status: 200, contentType: 'text/html', body: '<p class="x">a, b\\</p>' } },
    ],
    ['server=s3,expire-urls,nth=2', { kind: 'request', rule: { match: { server: 's3' }, expireUrls: true, nth: 2 } }],
    [
      'job=slow,operation=tableImport,wait=3s',
      { kind: 'job', rule: { kind: 'slow', operationName: 'tableImport', delayMs: 3000 } },
    ],
    [
      'drops-body,operation=deleteRows,nth=1',
      { kind: 'quirk', rule: { dropsBody: true, operation: 'deleteRows', nth: 1 } },
    ],
  ])('%s', (text, fault) => {
    expect(read(text)).toEqual(fault)
  })
})

test.each([
  ['', "can't be read at its beginning: write name=value,name=value"],
  ['status=503,', "can't be read behind status=503,"],
  ['status=503,=3', "can't be read behind status=503,"],
  ['status=200,body="a', "can't be read behind status=200,body="],
  ['status=200,body="a"b', "can't be read behind status=200,body="],
  ['status=200,body=a"b', "can't be read behind status=200,body="],
  ['staus=503', '"staus" is unknown: did you mean "status"?'],
  ['retryAfter=5', '"retryAfter" is unknown: did you mean "retry-after"?'],
  ['colour=red', '"colour" is unknown: it takes method, path'],
  ['__proto__=1', '"__proto__" is unknown'],
  ['status=600', "status=600 can't be: write a whole number from 200 to 599"],
  ['status', 'status needs a value: write a whole number from 200 to 599'],
  ['reset=yes', "reset=yes can't be: write it without a value"],
  ['delay=2', "delay=2 can't be: write a time, for example 250ms or 2s"],
  ['method=get,status=500', "method=get can't be: write a method in capitals, for example GET"],
  ['path=files,status=500', "path=files can't be: write how the path begins, for example /v2/storage"],
  ['path=~(,status=500', "path=~( can't be: write how the path begins"],
  ['path=~^/a{1,2}$,delay=2s', '"2}$" is unknown'],
  ['probability=2,status=500', "probability=2 can't be: write a number above 0 and at most 1"],
  ['status=503,after=send', "after=send can't be: write after=commit"],
  ['method=GET,nth=2', 'it says nothing of what goes wrong: add that, for example status=503 or delay=2s'],
  ['retry-after=5,delay=1s', 'retry-after goes with status: give that as well'],
  ['after=commit,delay=1s', 'after goes with status or reset: give that as well'],
  ['status=503,status=500', 'status says again what was said: give it once'],
  ['status=503,before=commit,after=commit', 'after says again what was said: give it once'],
  ['job=slow,path=/v2', 'path says nothing of jobs: those take operation, times, job, wait, code, message'],
  ['job=stuk', "job=stuk can't be: write slow or stuck or"],
  ['drops-body,operation=tableImport', "operation=tableImport can't be: write createTable or"],
])('%s is refused', (text, problem) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(problem) }),
  )
})

/** Whether a text is read, and the same after it was written again; refused with words; or something else. */
function outcomeOf(text: string): string {
  try {
    const fault = read(text)
    return isDeepStrictEqual(read(formatFault(fault)), fault) ? 'read' : 'read differently'
  } catch (error) {
    return error instanceof UsageError ? 'refused' : String(error)
  }
}

test('there is a knob for all that gateways can be told in words', () => {
  const fields = {
    ...({ server: true, method: true, path: true } satisfies Record<keyof FaultMatch, true>),
    ...({
      match: false,
      nth: true,
      times: true,
      probability: true,
      delayMs: true,
      status: true,
      when: true,
      retryAfterSeconds: true,
      body: true,
      contentType: true,
      dropAfterBytes: true,
      dropRequestAfterBytes: true,
      wrongLength: true,
      throttleBytesPerSecond: true,
      truncate: true,
      resetSocket: true,
      expireUrls: true,
    } satisfies Record<keyof FaultRule, boolean>),
    ...({
      kind: true,
      operationName: true,
      times: true,
      delayMs: true,
      code: true,
      message: true,
    } satisfies Record<keyof JobFault, true>),
    ...({
      operation: true,
      nth: true,
      times: true,
      clampsLimit: true,
      reversesRowIds: true,
      insertedCountLess: true,
      dropsBody: true,
      // A function has no words.
      before: false,
    } satisfies Record<keyof ZerodbQuirk, boolean>),
  }
  const wanted = Object.entries(fields).filter(([, hasWords]) => hasWords)
  expect(new Set(knobs.map(({ field }) => field))).toEqual(new Set(wanted.map(([name]) => name)))
})

describe('what is written is read again', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const some = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
    fc.option(value, { nil: undefined })
  const whole = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  const path = fc.oneof(
    text.map((rest) => `/${rest}`),
    fc.constantFrom(/^\/a,b"c\\d$/, /[=~]/, / x /),
  )
  const match = fc.record(
    { method: fc.constantFrom('GET', 'PATCH'), path, server: fc.constant('s3') },
    { requiredKeys: ['path'] },
  )
  const answer = fc.record(
    {
      status: fc.integer({ min: 200, max: 599 }),
      when: fc.constantFrom('before', 'after'),
      retryAfterSeconds: whole,
      body: text,
      contentType: text,
    },
    { requiredKeys: ['status'] },
  )
  const bytes = fc.record(
    {
      dropAfterBytes: whole,
      dropRequestAfterBytes: whole,
      truncate: whole,
      wrongLength: whole,
      throttleBytesPerSecond: whole,
    },
    { requiredKeys: [] },
  )
  const probability = fc.double({ min: 1e-300, max: 1, noNaN: true })
  const count = fc.record(
    {
      nth: whole,
      times: whole,
      probability,
      delayMs: fc.integer({ min: 0, max: 1e12 - 1 }),
      resetSocket: fc.constant(true),
      expireUrls: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  const request = fc
    .tuple(some(match), answer, bytes, count)
    .map(([where, ...parts]) => ({ kind: 'request', rule: Object.assign({}, where && { match: where }, ...parts) }))
  const job = fc
    .record(
      {
        kind: fc.constantFrom('slow', 'error-after-commit'),
        operationName: text,
        times: whole,
        delayMs: fc.nat(),
        code: text,
        message: text,
      },
      { requiredKeys: ['kind'] },
    )
    .map((rule) => ({ kind: 'job', rule }))
  const quirk = fc
    .record(
      {
        dropsBody: fc.constant(true),
        clampsLimit: fc.constant(true),
        insertedCountLess: whole,
        operation: fc.constant('insertRows'),
        nth: whole,
      },
      { requiredKeys: ['dropsBody'] },
    )
    .map((rule) => ({ kind: 'quirk', rule }))

  test('whatever the fault', () => {
    fc.assert(
      fc.property(fc.oneof(request, job, quirk), (fault) => {
        expect(read(formatFault(fault as Fault))).toEqual(fault)
      }),
    )
  })

  test('text that is no fault is refused with words, never otherwise', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('status', '503', '=', ',', '"', '\\', ' ', 'x') }), (some) => {
        expect(outcomeOf(some)).toMatch(/^(?:read|refused)$/)
      }),
    )
  })
})
