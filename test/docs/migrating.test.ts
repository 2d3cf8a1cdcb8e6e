import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { filesMatching, root } from '../packages/workspace.ts'

/** Runs the programs of a page in a folder of its own, which has the files they read, and gives the lines they print. */
async function runPage(page: string): Promise<string[]> {
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-page-'))
  try {
    await writeFile(join(cwd, 'orders.csv'), 'id,state,total\n1,open,10\n2,paid,20\n')
    await writeFile(join(cwd, 'changed.csv'), 'id,state,total\n1,paid,10\n3,open,5\n')
    await writeFile(join(cwd, 'door.png'), new Uint8Array(1000))
    await writeFile(join(cwd, 'loop.bin'), new Uint8Array(300_000))
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, NO_COLOR: '1' }
    const program = join(root, 'test/docs/run-page.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [program, page], { cwd, env, timeout: 55_000 })
    return stdout.trim().split('\n')
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

const printed: Readonly<Record<string, readonly string[]>> = {
  'docs/migrating/from-kbcstorage.md': ["2 1 [ 'id' ]", "orders.csv [ 'daily' ]"],
  'docs/migrating/from-zerodb-samples.md': ['a', 'b', '2', '1 1'],
  'docs/migrating/from-abeja-sdk.md': ['door.png 1000', '1000 true true'],
  'docs/migrating/from-dt-data-api.md': ['finished', 'maps/loop.bin 300000', '300000 300000'],
}

test('every page on migrating is run', () => {
  expect(Object.keys(printed).toSorted()).toEqual(filesMatching('docs/migrating/from-*.md'))
})

test.concurrent.each(Object.entries(printed))('the programs of %s do what they say', async (page, lines) => {
  await expect(runPage(page)).resolves.toEqual(lines)
})
