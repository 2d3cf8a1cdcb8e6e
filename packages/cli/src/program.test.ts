import { describe, expect, test } from 'vitest'
import { runCommand } from './program.ts'

async function run(...words: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const result = { code: -1, out: '', error: '' }
  result.code = await runCommand(words, {
    version: '1.2.3',
    out: (text) => void (result.out += text),
    error: (text) => void (result.error += text),
    untilStopped: () => Promise.resolve(),
  })
  return result
}

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
      error: 'error: unknown command \'tabel\'\nSee "stowage --help".\n',
    })
  })

  test('an unknown option ends with 2 and a suggestion', async () => {
    const { code, out, error } = await run('--versoin')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain('Did you mean --version?')
  })
})
