import { expect, test } from 'vitest'
import { isRangeWanted, weighConditions } from './conditions.ts'

const version = { etag: 'abc', modifiedMs: Date.UTC(2026, 10, 21, 12, 0, 0, 700) }
const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toUTCString()
const weigh = (headers: Readonly<Record<string, string>>): string => {
  try {
    return weighConditions((name) => headers[name], version)
  } catch (error) {
    return (error as { code: string }).code
  }
}

test.each([
  [{}, 'go-on'],
  [{ 'if-match': '"abc"' }, 'go-on'],
  [{ 'if-match': 'abc' }, 'go-on'],
  [{ 'if-match': '*' }, 'go-on'],
  [{ 'if-match': '"x", "abc"' }, 'go-on'],
  [{ 'if-match': '"x"' }, 'PreconditionFailed'],
  [{ 'if-none-match': '"x"' }, 'go-on'],
  [{ 'if-none-match': '"abc"' }, 'unchanged'],
  [{ 'if-none-match': 'W/"abc"' }, 'unchanged'],
  [{ 'if-none-match': '*' }, 'unchanged'],
  [{ 'if-modified-since': at(0) }, 'unchanged'],
  [{ 'if-modified-since': at(-1) }, 'go-on'],
  [{ 'if-modified-since': 'nonsense' }, 'go-on'],
  [{ 'if-unmodified-since': at(0) }, 'go-on'],
  [{ 'if-unmodified-since': at(-1) }, 'PreconditionFailed'],
  [{ 'if-match': '"abc"', 'if-unmodified-since': at(-1) }, 'go-on'],
  [{ 'if-none-match': '"x"', 'if-modified-since': at(5) }, 'go-on'],
])('%o', (headers, outcome) => {
  expect(weigh(headers)).toBe(outcome)
})

test.each([
  [undefined, true],
  ['"abc"', true],
  ['"x"', false],
  [at(0), true],
  [at(1), false],
  ['nonsense', false],
])('a range with If-Range %s counts: %s', (ifRange, isWanted) => {
  expect(isRangeWanted(ifRange, version)).toBe(isWanted)
})
