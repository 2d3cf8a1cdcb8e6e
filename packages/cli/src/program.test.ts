import { describe, expect, test } from 'vitest'
import { run as runWords } from '../test/run-command.ts'

const run = (...words: readonly string[]): ReturnType<typeof runWords> =>
  runWords(words, { untilStopped: () => Promise.resolve() })

describe('stowage', () => {
  test.each(['--version', '-V'])('%s prints the version alone', async (option) => {
    expect(await run(option)).toEqual({ code: 0, out: '1.2.3\n', error: '' })
  })

  test.each([[['--help']], [['-h']], [[]]])('%j prints the help', async (words) => {
    const { code, out, error } = await run(...words)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('Usage: stowage')
  })

  test('an unknown command ends with 2 and a hint on standard error', async () => {
    expect(await run('tabel', 'list', '--all')).toEqual({
      code: 2,
      out: '',
      error: expect.stringContaining('Did you mean table?'),
    })
  })

  test('an unknown option ends with 2 and a suggestion', async () => {
    const { code, out, error } = await run('--versoin')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain('Did you mean --version?')
  })

  test('a known command with a slip gets a suggestion', async () => {
    expect((await run('serv', 'dcss')).error).toContain('Did you mean serve?')
  })
})

describe('stowage serve', () => {
  test.each([
    ['an unknown API', ['serve', 'dscc', '--json'], 2, "error: unknown API 'dscc': use dcss"],
    ['no API', ['serve'], 2, 'error: say which API to serve: dcss'],
    ['an unknown option', ['serve', 'dcss', '--jsno'], 2, 'Did you mean --json?'],
    ['a port that is none', ['serve', 'dcss', '--port', '70000'], 2, 'whole number from 0 to 65535'],
    ['a port with a fraction', ['serve', 'dcss', '--s3-port', '1.5'], 2, 'whole number from 0 to 65535'],
    ['two storages', ['serve', 'dcss', '--backend', 'a', '--dir', 'b'], 2, 'cannot be used with'],
    ['a token that is none', ['serve', 'dcss', '--token', 'hunter2'], 2, 'no Duckietown token'],
    ['half a certificate', ['serve', 'dcss', '--tls-key', 'x'], 2, 'give both'],
    ['an unreadable certificate', ['serve', 'dcss', '--tls-key', 'x', '--tls-cert', 'y'], 2, "y can't be read"],
    ['an address beyond loopback', ['serve', 'dcss', '--host', '0.0.0.0'], 5, '--allow-remote'],
  ])('%s ends with a clear error', async (_name, words, code, message) => {
    const result = await run(...words)
    expect(result).toMatchObject({ code, out: '' })
    expect(result.error).toContain(message)
    expect(result.error).not.toMatch(/hunter2|\n {4}at /)
  })
})
