import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type CopyFilesResult, type CopyTableResult, openStorage } from 'stowage'
import { beforeEach, describe, expect, test } from 'vitest'
import { type CommandRun, makeDirectory, run } from './run-command.ts'
import { startStowage } from './serve-process.ts'

let cwd: string
const at = (...words: readonly string[]): Promise<CommandRun> => run(words, { cwd })
const json = async <Value = unknown>(...words: readonly string[]): Promise<Value> =>
  JSON.parse((await at(...words, '--json')).out) as Value
const rowsOf = async (table: string): Promise<string[]> =>
  (await at('table', 'find', table, '--json', '--sort', '{id: 1}')).out.split('\n').slice(0, -1)
const keysOf = async (bucket: string): Promise<string[]> =>
  (await json<{ file: { key: string } }[]>('file', 'list', bucket, '-r')).map(({ file }) => file.key)

const config = `default: here
backends:
  here: { adapter: local, path: ./here }
  there: { adapter: local, path: ./there }
  docs: { adapter: local, path: ./docs, like: zerodb }
`

beforeEach(async () => {
  cwd = await makeDirectory()
  await writeFile(join(cwd, 'stowage.config.yaml'), config)
  for (const bucket of ['crm', 'there:crm', 'photos', 'there:door']) await at('bucket', 'create', bucket)
})

/** Puts files below `many/` and gives their names. */
async function putMany(path: string, count: number): Promise<string[]> {
  const storage = await openStorage({ adapter: 'local', path })
  const names = Array.from({ length: count }, (_, index) => `${1000 + index}.bin`)
  for (const name of names) await storage.bucket('photos').file(`many/${name}`).put(Buffer.alloc(20_000, name))
  await storage.close()
  return names
}

/** Makes a table with a key and many rows. */
async function fillTable(path: string, count: number): Promise<void> {
  const storage = await openStorage({ adapter: 'local', path })
  const table = storage.bucket('crm').table('many')
  await table.create({ columns: { id: 'number', text: 'string' }, primaryKey: ['id'] })
  await table.load(Array.from({ length: count }, (_, id) => ({ id, text: `row ${id}` })))
  await storage.close()
}

/** Starts a copy, stops it with Ctrl-C, starts it again, kills it, and lets it end then. */
async function cutShort<Result>(
  words: readonly string[],
  journal: string,
  end: () => Promise<Result>,
): Promise<Result> {
  const path = join(cwd, journal)
  const stopped = startStowage(words, cwd)
  await grown(path, 2000)
  stopped.child.kill('SIGINT')
  expect(await stopped.exit()).toBe(130)
  expect(stopped.error()).toBe('error: stopped before it was done\n')
  const killed = startStowage(words, cwd)
  await grown(path, (await stat(path)).size + 2000)
  killed.child.kill('SIGKILL')
  await killed.exit()
  expect(killed.child.signalCode).toBe('SIGKILL')
  return end()
}

/** Waits until a file has so many bytes. */
async function grown(path: string, sizeBytes: number): Promise<void> {
  const size = async (): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size
  while ((await size()) < sizeBytes) await setTimeout(2)
}

describe('stowage table copy', () => {
  beforeEach(async () => {
    await at('table', 'create', 'crm/customers', '--columns', 'id:string,balance:number', '--primary-key', 'id')
    await at('table', 'insert', 'crm/customers', '[{"id":"a","balance":5},{"id":"b","balance":50}]')
  })

  test('makes the table in another backend, says what it did and how it was checked', async () => {
    const { code, out } = await at('table', 'copy', 'crm/customers', 'there:crm/clients')
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^2 rows copied from crm\/customers to there:crm\/clients, which was made\nchecked by counts: .*\n$/,
      ) as string,
    })
    expect(await rowsOf('there:crm/clients')).toEqual(await rowsOf('crm/customers'))
  })

  test('copies inside one backend, whether or not it is named', async () => {
    expect(await at('table', 'copy', 'crm/customers', 'here:crm/clients')).toMatchObject({ code: 0 })
    expect(await rowsOf('crm/clients')).toHaveLength(2)
  })

  test('takes a filter, columns and a mode, and verifies', async () => {
    const words = ['copy', 'crm/customers', 'there:crm/customers', '--filter', '{balance: {$gt: 9}}']
    const result = await json('table', ...words, '--columns', 'id', '--verify', 'read-back')
    expect(result).toMatchObject({ rows: 1, written: 1, isCreated: true, verification: { level: 'read-back' } })
    expect(await rowsOf('there:crm/customers')).toEqual(['{"id":"b"}'])
    expect(await at('table', ...words)).toMatchObject({ code: 4, out: '' })
    expect(await json('table', ...words, '--mode', 'skip-existing', '--verify')).toMatchObject({
      written: 0,
      skipped: 1,
      verification: { level: 'digest' },
    })
  })

  test('a dry run prints the plan and changes nothing; it can be expected', async () => {
    const words = ['table', 'copy', 'crm/customers', 'there:crm/customers']
    const shown = await at(...words, '--dry-run')
    expect(shown.out).toMatch(/^would copy rows of crm\/customers to there:crm\/customers\nmode +append\nrows +2\n/)
    expect(await at('table', 'info', 'there:crm/customers')).toMatchObject({ code: 3 })
    const { fingerprint } = await json<{ fingerprint: string }>(...words, '--dry-run')
    expect(shown.out).toContain(fingerprint)
    expect(await at(...words, '--expect', fingerprint)).toMatchObject({ code: 0 })
    const late = await at(...words, '--expect', fingerprint, '--mode', 'replace')
    expect({ code: late.code, out: late.out }).toEqual({ code: 4, out: '' })
    const plan = await at(...words, '--dry-run', '--mode', 'replace', '--expect', fingerprint)
    expect(plan.code).toBe(4)
    expect(plan.out).toContain('destroys: replaces all 2 rows of there:crm/customers')
  })

  test('a plan with problems ends with 6 and says them', async () => {
    const words = ['table', 'copy', 'crm/customers', 'there:crm/customers', '--no-create', '--dry-run']
    const { code, out, error } = await at(...words)
    expect({ code, error }).toEqual({ code: 6, error: "error: this can't be copied: the plan has a problem\n" })
    expect(out).toContain('problem: ')
    expect(await at(...words.slice(0, -1))).toMatchObject({ code: 3 })
  })

  test.each([
    [['crm/custmers', 'there:crm/x'], 3, 'did you mean "crm/customers"?'],
    [['crm/customers', 'there:cmr/x'], 3, 'did you mean "there:crm"?'],
    [['crm/customers', 'tehre:crm/x'], 2, 'did you mean "there"?'],
    [['crm/customers', 'there:crm'], 2, 'names no table'],
    [['crm/customers', 'crm/customers', '--mode', 'replace'], 2, 'the same table'],
    [['crm/customers', 'there:crm/x', '--verify', 'twice'], 2, 'read-back'],
  ])('%j ends with a clear error', async (words, code, message) => {
    const result = await at('table', 'copy', ...words)
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' })
    expect(result.error).toContain(message)
  })

  test('writes rows to a file of another backend, and reads them back', async () => {
    expect((await at('table', 'copy', 'crm/customers', 'there:door/rows.jsonl', '--to-file')).out).toMatch(
      /^2 rows copied from crm\/customers to there:door\/rows.jsonl, which was made\nchecked by counts: /,
    )
    expect((await at('file', 'cat', 'there:door/rows.jsonl')).out).toBe(
      '{"id":"a","balance":5}\n{"id":"b","balance":50}\n',
    )
    const csv = ['table', 'copy', 'crm/customers', 'there:door/rows', '--to-file', '--format', 'csv', '--columns', 'id']
    expect(await json(...csv, '--filter', '{id: "b"}', '--verify', 'read-back')).toMatchObject({ rows: 1 })
    expect((await at('file', 'cat', 'there:door/rows')).out).toBe('id\nb\n')
    await at('table', 'create', 'there:crm/back', '--columns', 'id:string,balance:number')
    const back = ['table', 'copy', 'there:door/rows.jsonl', 'there:crm/back', '--from-file', '--verify']
    expect((await at(...back, '--dry-run')).out).toBe(
      'would copy rows of there:door/rows.jsonl to there:crm/back: append\n',
    )
    expect(await json(...back)).toMatchObject({ written: 2, isCreated: false })
    expect(await rowsOf('there:crm/back')).toEqual(await rowsOf('crm/customers'))
  })

  test.each([
    [['crm/customers', 'there:door/x.csv', '--to-file', '--resume', 'j'], "--resume can't go with --to-file"],
    [['crm/customers', 'there:door/x.csv', '--to-file', '--from-file'], 'cannot be used with'],
    [['crm/customers', 'there:door/x', '--to-file', '--format', 'json'], 'csv or json-lines'],
    [['crm/customers', 'there:crm/x', '--format', 'csv'], '--format goes with --to-file'],
    [['there:door/x.csv', 'crm/x', '--from-file', '--filter', '{}'], "--filter can't go with --from-file"],
  ])('%j ends with 2 and says why', async (words, message) => {
    const { code, out, error } = await at('table', 'copy', ...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain(message)
  })

  test('stopped by Ctrl-C or killed, it goes on where it was', async () => {
    const count = 20_000
    await fillTable(join(cwd, 'here'), count)
    const words = [
      'table',
      'copy',
      'crm/many',
      'there:crm/many',
      '--resume',
      'copy.journal',
      '--batch-rows',
      '200',
      '--verify',
    ]
    const result = await cutShort(words, 'copy.journal', () => json<CopyTableResult>(...words))
    expect(result).toMatchObject({ rows: count, written: count })
    expect(result.resumedAt).toBeGreaterThan(0)
    expect(result.resumedAt).toBeLessThan(count)
    expect(await json('table', 'count', 'there:crm/many')).toMatchObject({ count })
  })

  test('draws its progress on a terminal only', async () => {
    const { error } = await run(['table', 'copy', 'crm/customers', 'there:crm/x'], { cwd, isTerminal: true })
    expect(error).toMatch(/2 rows of 2 rows/)
    expect((await at('table', 'copy', 'crm/customers', 'there:crm/y')).error).toBe('')
  })
})

describe('stowage file copy', () => {
  beforeEach(async () => {
    await writeFile(join(cwd, 'cat.txt'), 'miaow')
    for (const key of ['cat.txt', '2026/cat.txt', '2026/dog.txt'])
      await at('file', 'put', 'cat.txt', `photos/${key}`, '--content-type', 'text/plain')
  })

  test('copies one file, also to a prefix, where it keeps its name', async () => {
    await at('file', 'put', 'cat.txt', 'photos/2026/cat.txt.old')
    expect((await at('file', 'copy', 'photos/2026/cat.txt', 'there:door/pets/')).out).toBe(
      '1 file (5 B) copied from photos/2026/cat.txt to there:door/pets/cat.txt\n',
    )
    expect(await keysOf('there:door')).toEqual(['pets/cat.txt'])
    expect(await json('file', 'info', 'there:door/pets/cat.txt')).toMatchObject({ contentType: 'text/plain' })
    const again = ['file', 'copy', 'photos/2026/cat.txt', 'there:door/pets/cat.txt', '--verify', 'read-back']
    expect(await at(...again)).toMatchObject({ code: 4 })
    expect((await at(...again, '--mode', 'skip-existing')).out).toContain('1 file left alone, as it is there already')
    expect(await at(...again, '--mode', 'replace')).toMatchObject({ code: 0 })
    expect((await at('file', 'copy', 'photos/cat.txt', 'photos/dog.txt')).out).toContain('1 file (5 B) copied')
  })

  test('copies what is below a prefix, and a whole bucket', async () => {
    expect((await at('file', 'copy', 'photos/2026/', 'there:door/old/')).out).toBe(
      '2 files (10 B) copied from photos/2026/ to there:door/old/\n',
    )
    expect(await keysOf('there:door')).toEqual(['old/cat.txt', 'old/dog.txt'])
    expect(await json('file', 'copy', 'photos/', 'there:door/', '--verify', 'read-back')).toMatchObject({ copied: 3 })
    expect(await keysOf('there:door')).toHaveLength(5)
  })

  test('replace leaves exactly what the source has', async () => {
    await at('file', 'put', 'cat.txt', 'there:door/only-here')
    expect((await at('file', 'copy', 'photos/2026/', 'there:door/', '--mode', 'replace')).out).toContain(
      '1 file deleted that only the target had',
    )
    expect(await keysOf('there:door')).toEqual(['cat.txt', 'dog.txt'])
  })

  test('a dry run prints the plan and changes nothing', async () => {
    const words = ['file', 'copy', 'photos/2026/', 'there:door/', '--dry-run']
    expect((await at(...words)).out).toMatch(
      /^would copy files of photos\/2026\/ to there:door\/\nmode +append\nfiles +2\n/,
    )
    expect(await json(...words)).toMatchObject({ dryRun: true, kind: 'files', files: 2, problems: [] })
    expect(await keysOf('there:door')).toEqual([])
  })

  test('a file that fails ends it, unless it is to keep going', async () => {
    await at('file', 'put', 'cat.txt', 'there:door/cat.txt')
    expect(await at('file', 'copy', 'photos/2026/', 'there:door/', '--concurrency', '1')).toMatchObject({ code: 4 })
    await at('file', 'delete', 'there:door/dog.txt')
    const { code, out } = await at('file', 'copy', 'photos/2026/', 'there:door/', '--keep-going')
    expect(code).toBe(4)
    expect(out).toMatch(/^1 file \(5 B\) copied .*\nfailed: 2026\/cat.txt: .*already/)
  })

  test.each([
    [['photos', 'there:door/'], 2, 'end it with /'],
    [['photos/2026/', 'there:door/x'], 2, 'end it with /'],
    [['photos/2026/', 'there:odor/'], 3, 'did you mean "there:door"?'],
    [['photos/', 'here:photos/x/'], 2, 'overlap'],
    [['photos/cta.txt', 'there:door/'], 3, 'did you mean "photos/cat.txt"?'],
    [['photos/', 'docs:default/'], 6, 'files'],
  ])('%j ends with a clear error', async (words, code, message) => {
    const result = await at('file', 'copy', ...words)
    expect({ code: result.code, out: result.out }).toEqual({ code, out: '' })
    expect(result.error).toContain(message)
  })

  test('stopped by Ctrl-C or killed, it goes on where it was', async () => {
    const keys = await putMany(join(cwd, 'here'), 300)
    const words = ['file', 'copy', 'photos/many/', 'there:door/', '--resume', 'copy.journal', '--verify', 'digest']
    const result = await cutShort(words, 'copy.journal', () => json<CopyFilesResult>(...words))
    expect(result.copied).toBeLessThan(keys.length)
    expect(result.copied + result.resumed).toBe(keys.length)
    expect(await keysOf('there:door')).toEqual(keys)
  })

  test('progress counts the files', async () => {
    const { error } = await run(['file', 'copy', 'photos/', 'there:door/'], { cwd, isTerminal: true })
    expect(error).toMatch(/file \d of 3/)
  })
})
