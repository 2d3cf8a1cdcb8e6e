import { readFile } from 'node:fs/promises'
import { loadConfig } from 'stowage'
import { expect, test } from 'vitest'
import { configReference, configReferenceFile } from './config-reference.ts'
import { withoutPadding } from './markdown.ts'
import { tableRows } from './page-table.ts'

test('docs/config-reference.md is what the schemas give; else: node test/docs/config-reference.ts && pnpm format', async () => {
  const page = await readFile(configReferenceFile, 'utf8')
  expect(withoutPadding(page)).toBe(withoutPadding(await configReference()))
})

test('every number on the page has a unit, but for a count of its own kind', async () => {
  const page = await configReference()
  const rows = page.split('\n').filter((line) => /\| (whole )?number(:[a-z ]+)? \|/.test(line))
  expect(rows.length).toBeGreaterThan(20)
  const units = /: (milliseconds|bytes|rows|requests|requests a minute|calls|times) \|/
  // A user's number, and the start of a row of random numbers.
  expect(rows.filter((row) => !units.test(row)).map((row) => /`(\w+)`/.exec(row)?.[1])).toEqual(['impersonate', 'seed'])
})

test.each(['local', 'keboola', 'zerodb', 'abeja', 'dcss'])(
  'the variables of the page set the options of %s',
  async (name) => {
    const rows = tableRows(await configReference(), `Adapter ${name}`)
    expect(rows.length).toBeGreaterThan(4)
    for (const [key = '', , type = '', ...further] of rows) {
      const variable = /STOWAGE_\w+/.exec(further.join())?.[0] ?? ''
      const option = key.replaceAll('`', '')
      const environment = { STOWAGE_ADAPTER: name, [variable]: sampleOf(option, type) }
      const failure = await loadConfig(undefined, { cwd: '/', environment }).then(String, String)
      expect(`${variable}: ${failure}`).not.toMatch(/unknown variable|expected/)
    }
  },
)

test('a variable that is none of the page would be found', async () => {
  const environment = { STOWAGE_ADAPTER: 'local', STOWAGE_PAHT: 'x' }
  await expect(loadConfig(undefined, { cwd: '/', environment })).rejects.toThrow(/STOWAGE_PAHT: unknown variable/)
})

function sampleOf(option: string, type: string): string {
  if (type.startsWith('list')) return '["$x"]'
  if (type === 'object') return '{"X-A":"b"}'
  if (/number/.test(type)) return option === 'maxInsertBytes' ? '2048' : '1'
  if (type === 'boolean') return 'true'
  if (type.startsWith('`')) return /`([^`]+)`/.exec(type)?.[1] ?? ''
  return option === 'bucketTemplate' ? '{space}' : 'https://a.example'
}
