import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory, run } from './run-command.ts'

async function withBackend(like: string): Promise<string> {
  const directory = await makeDirectory()
  const config = { backends: { lake: { adapter: 'local', path: './data', like } } }
  await writeFile(join(directory, 'stowage.config.json'), JSON.stringify(config))
  return directory
}

test.each([
  ['keboola', 'dcss', 'buckets.list'],
  ['zerodb', 'abeja', 'tables.list'],
  ['abeja', 'zerodb', 'buckets.create'],
  ['dcss', 'keboola', 'has no room for a space called public'],
  ['dcss,zerodb', 'dcss', 'tables.list'],
])('serve %s over a backend like %s is refused, for the lack of %s', async (api, like, lack) => {
  const { code, out, error } = await run(['serve', api, '--backend', 'lake'], { cwd: await withBackend(like) })
  expect([code, out]).toEqual([6, ''])
  expect(error.trimEnd().split('\n').at(-1)).toContain(lack)
  expect(error).not.toMatch(/\n {4}at /)
})
