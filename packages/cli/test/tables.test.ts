import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { OutputClosed } from '../src/command-context.ts'
import { type CommandRun, makeDirectory, only, run } from './run-command.ts'

let cwd: string
const at = (...words: readonly string[]): Promise<CommandRun> => run(words, { cwd })
const documents = ({ out }: CommandRun): unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

beforeEach(async () => {
  cwd = await makeDirectory()
  await at('bucket', 'create', 'crm')
  await at(
    'table',
    'create',
    'crm/customers',
    '--columns',
    'id:string,balance:number',
    '--primary-key',
    'id',
    '--index',
    'rich=balance',
  )
  await at(
    'table',
    'insert',
    'crm/customers',
    '[{"id":"a","balance":5},{"id":"b","balance":50},{"id":"c","balance":500}]',
  )
})

describe('tables on the command line', () => {
  test('what was created is listed and described', async () => {
    expect((await at('table', 'list', 'crm')).out).toBe(
      'NAME       ROWS  COLUMNS  PRIMARY KEY  DESCRIPTION\ncustomers  3     2        id\n',
    )
    const info = await at('table', 'info', 'crm/customers', '--json')
    expect(JSON.parse(info.out)).toMatchObject({ name: 'customers', rowCount: 3, primaryKey: ['id'] })
    const shown = (await at('table', 'info', 'crm/customers')).out
    expect(shown).toContain('id       string  required')
    expect(shown).toContain('rich   balance')
  })

  test('find takes a filter, a sort, fields and a limit as text', async () => {
    const query = ['{balance: {$gte: 50}}', '--sort', '{balance: -1}', '--select', '["id"]', '--limit', '1']
    const found = await at('table', 'find', 'crm/customers', ...query, '--json')
    expect(documents(found)).toEqual([{ id: 'c' }])
    expect((await at('table', 'find', 'crm/customers', '{id: "b"}')).out).toBe('id  balance\nb   50\n')
    expect((await at('table', 'count', 'crm/customers', "{id: {$ne: 'a'}}")).out).toBe('2\n')
  })

  test('a filter that is no filter says where it is wrong', async () => {
    const { code, error } = await at('table', 'find', 'crm/customers', '{balance: process.exit(7)}')
    expect(code).toBe(2)
    expect(error).toMatch(/line 1, column 11/)
  })

  test('rows are updated and deleted; everything only when it is said', async () => {
    expect((await at('table', 'update', 'crm/customers', '{id: "a"}', '{$inc: {balance: 1}}')).out).toBe(
      '1 row matched, 1 row changed\n',
    )
    expect(await at('table', 'delete', 'crm/customers', '{}')).toMatchObject({ code: 2 })
    expect((await at('table', 'delete', 'crm/customers', '{balance: {$lt: 60}}', '--json')).out).toContain(
      '"deleted":2',
    )
    expect((await at('table', 'delete', 'crm/customers', '{}', '--all')).out).toBe('1 row deleted\n')
  })

  test('files are loaded and exported, by name and through standard input and output', async () => {
    await writeFile(join(cwd, 'more.csv'), 'id,balance\nb,51\nd,7\n')
    expect((await at('table', 'load', 'crm/customers', 'more.csv', '--mode', 'upsert')).out).toBe(
      '1 row inserted, 1 row updated\n',
    )
    const input = (): AsyncIterable<Uint8Array> => only('{"id":"e","balance":9}\n')
    expect((await run(['table', 'load', 'crm/customers', '-', '--format', 'json-lines'], { cwd, input })).out).toBe(
      '1 row written\n',
    )
    expect(await at('table', 'export', 'crm/customers', 'out.csv', '--filter', '{balance: {$lt: 50}}')).toMatchObject({
      code: 0,
    })
    expect(await readFile(join(cwd, 'out.csv'), 'utf8')).toBe('id,balance\na,5\nd,7\ne,9\n')
    expect(await at('table', 'export', 'crm/customers', 'out.csv')).toMatchObject({ code: 4 })
    const piped = await at('table', 'export', 'crm/customers', '-', '--columns', 'id', '--format', 'json-lines')
    expect(documents(piped)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }, { id: 'e' }])
    expect(piped.error).toContain('5 rows exported')
  })

  test.each([
    [['insert', 'crm/customers', '{"id":"z"}'], 'would insert 1 rows'],
    [['update', 'crm/customers', '{balance: {$gt: 9}}', '{$set: {balance: 0}}'], 'would update 2 rows'],
    [['delete', 'crm/customers', '{balance: {$gt: 9}}', '--limit', '1'], 'would delete 1 rows'],
    [['load', 'crm/customers', 'x.csv', '--mode', 'replace'], 'would load x.csv'],
    [['drop', 'crm/customers'], 'would drop the table crm/customers with 3 rows'],
    [['create', 'crm/other', '--columns', 'id:string'], 'would create the table crm/other'],
  ])('a dry run of %j changes nothing', async (words, said) => {
    const { code, out } = await at('table', ...words, '--dry-run')
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(said) as string })
    const rows = documents(await at('table', 'find', 'crm/customers', '--json', '--sort', '{id: 1}'))
    expect(rows).toMatchObject([
      { id: 'a', balance: 5 },
      { id: 'b', balance: 50 },
      { id: 'c', balance: 500 },
    ])
    expect((await at('table', 'list', 'crm', '--json')).out).not.toContain('other')
  })

  test.each([
    [['create', 'crm/t', '--columns', 'id'], 2, 'name:type'],
    [['create', 'crm/t', '--columns', 'id:strin'], 2, 'strin'],
    [['create', 'crm/t', '--columns', 'id:string', '--index', 'x'], 2, 'name=a,b'],
    [['insert', 'crm/customers', '{id: 1}'], 2, 'write JSON'],
    [['insert', 'crm/customers', '[1]'], 2, 'array of objects'],
    [['info', 'crm/nothing'], 3, 'nothing'],
    [['info', 'crm'], 2, 'names no table'],
    [['load', 'crm/customers', '-'], 2, '--format'],
    [['export', 'crm/customers', '-', '--changed-since', 'yesterday'], 2, 'no instant'],
    [['find', 'crm/customers', '--limit', '-1'], 2, 'whole number'],
  ])('%j ends with a clear error', async (words, code, message) => {
    const result = await at('table', ...words)
    expect(result.code).toBe(code)
    expect(result.error).toContain(message)
    expect(result.error).not.toMatch(/\n {4}at /)
  })

  test('whoever stops reading ends the command quietly', async () => {
    const write = (): Promise<void> => Promise.reject(new OutputClosed())
    expect(await run(['table', 'find', 'crm/customers'], { cwd, write })).toEqual({ code: 0, out: '', error: '' })
  })

  test('a field that first appears later gets a heading', async () => {
    await at('table', 'create', 'crm/loose', '--columns', 'id:string', '--undeclared-fields', 'keep')
    await at(
      'table',
      'insert',
      'crm/loose',
      JSON.stringify(Array.from({ length: 1001 }, (_, index) => ({ id: `${index}` }))),
    )
    await at('table', 'insert', 'crm/loose', '{"id":"last","seen":true}')
    const lines = (await at('table', 'find', 'crm/loose')).out.trimEnd().split('\n')
    expect(lines[0]).toBe('id')
    expect(lines.slice(-1)).toEqual(['last  true'])
    expect(lines.filter((line) => /^id +seen$/.test(line))).toHaveLength(1)
  })
})
