import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { filesMatching, readText, root } from '../packages/workspace.ts'
import { fencesOfPage } from './fence.ts'

const examples = filesMatching('docs/examples/*.ts')

/** Runs a program in an empty folder and gives what it wrote; fails when it ends with another code than 0. */
async function runProgram(file: string): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-example-'))
  try {
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, NO_COLOR: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd, env, timeout: 55_000 })
    return stdout
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

// What exports something is a module that programs import; the quickstart has a test of its own.
const programs = examples.filter((file) => !/(\.test|quickstart)\.ts$/.test(file) && !/^export /m.test(readText(file)))

describe('each example runs in an empty folder and ends well', () => {
  test.concurrent.each(programs)('%s', async (file) => {
    await expect(runProgram(join(root, file))).resolves.toMatch(/\S/)
  })
})

test('every example is shown or linked on a page', () => {
  const pages = filesMatching('README.md', 'docs/**/*.md').map(readText).join('\n')
  const unseen = examples.filter((file) => !pages.includes(`examples/${basename(file)}`))
  expect(unseen).toEqual([])
})

test('the example in README.md is docs/examples/readme.ts, word for word', () => {
  const [example] = fencesOfPage('README.md', readText('README.md')).filter(({ language }) => language === 'ts')
  expect(`${example?.code}\n`).toBe(readText('docs/examples/readme.ts'))
})
