import { consoleLogger, silentLogger } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { RequestLog } from './request-log.ts'

const facts = {
  server: 's3',
  method: 'GET',
  path: '/bucket/a',
  query: 'X-Amz-Signature=0123456789abcdef&prefix=b',
  headers: { authorization: 'Token dt1-abcdefgh12-abcdefgh12', 'x-list': ['a', 'b'] as unknown as string },
  startedAtMs: 1000,
  isFaulted: false,
}

test('a line for each request, without secrets', () => {
  const lines: string[] = []
  const log = new RequestLog(consoleLogger({ write: (line) => lines.push(line) }))
  const entry = log.begin(facts)
  entry.status = 206
  entry.responseBytes = 7
  log.end(entry, 1250, true)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('info GET /bucket/a?X-Amz-Signature=***&prefix=b 206 {"server":"s3"')
  expect(lines[0]).toContain('"responseBytes":7,"durationMs":250,"isAborted":true')
})

test('headers show that a secret was sent, not which, and stay the same object', () => {
  const entry = new RequestLog(silentLogger).begin(facts)
  expect(entry.headers).toEqual({ authorization: '***', 'x-list': 'a, b' })
  expect(entry.headers).toBe(entry.headers)
})

test('no more than the last ten thousand are kept, in order', () => {
  const log = new RequestLog(silentLogger)
  for (let index = 0; index < 25_000; index += 1) log.begin({ ...facts, path: `/${index}` })
  expect(log.entries.length).toBeLessThanOrEqual(10_000)
  expect(log.entries.length).toBeGreaterThan(8_000)
  expect(log.entries.at(-1)?.path).toBe('/24999')
  expect(log.entries[0]?.path).toBe(`/${25_000 - log.entries.length}`)
})

test('a reader may empty the list', () => {
  const log = new RequestLog(silentLogger)
  log.begin(facts)
  log.entries.length = 0
  log.begin(facts)
  expect(log.entries).toHaveLength(1)
})
