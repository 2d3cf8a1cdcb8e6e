import { StorageError } from '@stowage/core'
import { parseFilterText } from 'stowage/filter-text'
import { expect, test } from 'vitest'

const size = 64 * 1024

/** As much of a repeated piece as fits between the ends. */
function filled(start: string, piece: string, end = ''): string {
  return start + piece.repeat(Math.floor((size - start.length - end.length) / piece.length)) + end
}

test('text longer than 64 KiB is refused unread, counted in bytes', async () => {
  await expect(parseFilterText(filled('{"a":"', 'x', '"}'))).resolves.toHaveProperty('a')
  await expect(parseFilterText(`${filled('{"a":"', 'x', '"}')} `)).rejects.toThrow(/longer than 64 KiB/)
  await expect(parseFilterText(`{"a":"${'é'.repeat(size / 2)}"}`)).rejects.toThrow(/longer than 64 KiB/)
  await expect(parseFilterText('['.repeat(5_000_000))).rejects.toThrow(/longer than 64 KiB/)
})

test.each([
  ['JSON', '"a":'],
  ['shell', 'a:'],
])('64 levels of %s are read, 65 refused', async (_, key) => {
  const nested = (count: number) => `{${key}{"b":${'['.repeat(count)}1${']'.repeat(count)}}}`
  await expect(parseFilterText(nested(62))).resolves.toHaveProperty('a')
  await expect(parseFilterText(nested(63))).rejects.toThrow(/deeper than 64 levels/)
})

const endless: readonly (readonly [name: string, text: string])[] = [
  ['lists', filled('{a:', '[')],
  ['closed lists', `{a:${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ['JSON lists', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ['objects', filled('', '{a:')],
  ['JSON objects', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`],
  ['parentheses', filled('', '(')],
  ['sums', filled('{a:1', '+1', '}')],
  ['signs', filled('{a:', '- ', '1}')],
  ['negations', filled('{a:', '!', '1}')],
  ['arrows', filled('{a:', 'a=>', '1}')],
  ['choices', filled('{a:', '1?1:', '1}')],
  ['calls', filled('{a:', 'ObjectId(')],
  ['members', filled('{a:b', '.c', '}')],
  ['templates', filled('{a:', '`${')],
  ['comments', filled('{a:1', '/**/', '}')],
  ['an open comment', filled('{a:1/*', '*')],
  ['lines', filled('{a:1', '\n', ',,}')],
  ['text', filled('{a:"', '\\"', '"}')],
  ['open text', filled('{a:"', '\\"')],
  ['keys', filled('{', 'a:1,', '}')],
  ['JSON keys', filled('{', '"a":1,', '"b":1}')],
  ['different keys', `{${Array.from({ length: 6000 }, (_, index) => `a${index}:1`).join()}}`],
  ['different JSON keys', `{${Array.from({ length: 5000 }, (_, index) => `"a${index}":1`).join()}}`],
  ['groups of a pattern', `{a:/${'('.repeat(30_000)}${')'.repeat(30_000)}/}`],
  ['repeats of a pattern', filled('{a:/', 'a*', '$/}')],
  ['a class of a pattern', filled('{a:/[', 'a-z', ']/}')],
  ['a pattern that grows', '{a:/((((a{255}){255}){255}){255}){255}/}'],
  ['patterns', filled('{a:{$in:[1', ',/a/', ']}}')],
  ['digits', filled('{a:', '9', '}')],
  ['JSON digits', filled('{"a":', '9', '}')],
  ['decimals', filled('{"a":0.', '0', '1}')],
  ['an exponent', filled('{a:1e', '9', '}')],
  ['backslashes', filled('{a:', '\\', '}')],
  ['spaces', filled('{"a":', ' ', '}')],
  ['values', filled('{a:{$in:[1', ',1', ']}}')],
  ['dates', filled('{a:{$in:[1', ",ISODate('2026-01-01')", ']}}')],
  ['a path', filled('{"a', '.a', '":1}')],
  ['words', filled('{a:', 'b ', '}')],
]

test.each(endless)('64 KiB of %s end soon and in little memory, in a filter or a refusal', async (_, text) => {
  await parseFilterText('{warm: up}').catch(() => undefined)
  const memory = process.memoryUsage().rss
  // CPU time: the machine may be busy with other things.
  const start = process.cpuUsage()
  const failure = await parseFilterText(text).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { user, system } = process.cpuUsage(start)
  expect(user + system).toBeLessThan(2_000_000)
  expect(process.memoryUsage().rss - memory).toBeLessThan(100 * 1024 * 1024)
  if (failure !== undefined && !StorageError.is(failure, 'invalid-argument')) throw failure
})
