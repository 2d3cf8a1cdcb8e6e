import { describe, expect, test } from 'vitest'
import { consoleLogger, logLevels, silentLogger } from './logger.ts'

function collect(level?: (typeof logLevels)[number]): { lines: string[]; logger: typeof silentLogger } {
  const lines: string[] = []
  return { lines, logger: consoleLogger({ level, write: (line) => lines.push(line) }) }
}

describe('consoleLogger', () => {
  test('writes one line for each call, from its level on', () => {
    const { lines, logger } = collect()
    for (const level of logLevels) logger[level]('opened', { backend: 'local', count: 2 })
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info opened \{"backend":"local","count":2\}$/)
    const all = collect('debug')
    all.logger.debug('plain')
    expect(all.lines[0]).toMatch(/Z debug plain$/)
  })

  test('masks secrets and lets no value forge a line', () => {
    const { lines, logger } = collect()
    logger.warn('sent Bearer abcdefgh\n2026 info forged\u009b', { token: 'abc', key: 'a\nb\u2028', big: 1n })
    expect(lines[0]).not.toMatch(/abcdefgh|abc"|[\p{Cc}\u2028]/u)
    expect(lines[0]).toContain(
      String.raw`Bearer ***\n2026 info forged\u009b {"token":"***","key":"a\nb\u2028","big":"1"}`,
    )
  })

  test('the silent logger takes everything and says nothing', () => {
    for (const level of logLevels) expect(silentLogger[level]('x')).toBeUndefined()
  })
})
