import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type CommandRun, makeDirectory, run } from './run-command.ts'

let cwd: string
const at = (...words: readonly string[]): Promise<CommandRun> => run(words, { cwd })

beforeEach(async () => {
  cwd = await makeDirectory()
  await writeFile(join(cwd, 'stowage.config.yaml'), 'backends: { dev: { adapter: local, path: ./data } }\n')
  await writeFile(join(cwd, 'cat.txt'), 'miaow')
  await at('bucket', 'create', 'photos')
  await at('table', 'create', 'photos/customers', '--columns', 'id:string')
  await at('file', 'put', 'cat.txt', 'photos/2026/cat.txt')
})

describe('an address where nothing is', () => {
  test.each([
    [['table', 'info', 'photos/custmers'], 'did you mean "photos/customers"?'],
    [['table', 'count', 'dev:photos/custmers'], 'did you mean "dev:photos/customers"?'],
    [['table', 'info', 'dev:photso/customers'], 'did you mean "dev:photos/customers"?'],
    [['bucket', 'info', 'photo'], 'did you mean "photos"?'],
    [['table', 'list', 'fotos'], 'did you mean "photos"?'],
    [['file', 'cat', 'photos/2026/cta.txt'], 'did you mean "photos/2026/cat.txt"?'],
    [['file', 'info', 'photos/2025/cat.txt'], undefined],
    [['table', 'info', 'photos/orders'], undefined],
  ])('%j ends with 3 and suggests %s', async (words, hint) => {
    const { code, out, error } = await at(...words)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(/did you mean.*/.exec(error)?.[0]).toBe(hint)
  })

  test('a backend or an adapter that is not there gets one from the configuration', async () => {
    expect((await at('bucket', 'list', 'dve:')).error).toContain('did you mean "dev"?')
    await writeFile(join(cwd, 'stowage.config.yaml'), 'adapter: lcoal\n')
    expect((await at('bucket', 'list')).error).toContain('did you mean "local"?')
  })
})

describe('a dry run', () => {
  test.each([
    ['bucket', 'create', 'x'],
    ['bucket', 'update', 'photos', '--description', 'x'],
    ['bucket', 'delete', 'photos', '--force'],
    ['bucket', 'archive', 'photos'],
    ['bucket', 'unarchive', 'photos'],
    ['table', 'create', 'photos/x', '--columns', 'id:string'],
    ['table', 'drop', 'photos/customers'],
    ['table', 'insert', 'photos/customers', '{"id": "a"}'],
    ['table', 'update', 'photos/customers', '{id: "a"}', '{$set: {id: "b"}}'],
    ['table', 'delete', 'photos/customers', '{id: "a"}'],
    ['table', 'load', 'photos/customers', 'x.csv'],
    ['table', 'export', 'photos/customers', 'x.csv'],
    ['file', 'put', 'cat.txt', 'photos/x'],
    ['file', 'get', 'photos/2026/cat.txt', 'x'],
    ['file', 'delete', 'photos/2026/cat.txt'],
    ['config', 'init'],
  ])('of %s %s is one JSON document for programs', async (...words) => {
    const { code, out, error } = await at(...words, '--dry-run', '--json')
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(JSON.parse(out)).toMatchObject({ dryRun: true, would: expect.stringMatching(/^[a-z]+ /) as string })
  })
})
