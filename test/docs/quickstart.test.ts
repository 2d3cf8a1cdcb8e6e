import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../packages/workspace.ts'

interface Outcome {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

/** Runs the quickstart in an empty directory, as in a log: without a terminal. */
async function runQuickstart(environment: Record<string, string> = {}): Promise<Outcome & { left: string[] }> {
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-tour-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, ...environment }
  const program = join(root, 'docs/examples/quickstart.ts')
  const outcome = await new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [program], { cwd, env, timeout: 55_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
  return { ...outcome, left: await readdir(cwd) }
}

test('the quickstart takes rows through services and back, ends with ok, and leaves nothing behind', async () => {
  const { code, stdout, stderr, left } = await runQuickstart()
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] })
  expect(stdout.endsWith('\n\nquickstart: ok\n')).toBe(true)
  expect(stdout).toContain('✓ all 3373 airports came back as they left')
  // A log can't move a cursor.
  for (const character of ['\r', '\u001B', '█']) expect(stdout).not.toContain(character)
  const stops = [...stdout.matchAll(/^ {3}(\w+ → \w+): /gm)].map(([, label]) => label)
  expect(stops).toEqual(['local → keboola', 'keboola → zerodb', 'zerodb → local'])
})

test('a quickstart that fails says so, and ends with another code than 0', async () => {
  const { code, stdout, stderr } = await runQuickstart({ TMPDIR: '/dev/null' })
  expect(code).toBe(1)
  expect(stdout).not.toContain('quickstart: ok')
  expect(stderr.endsWith('quickstart: failed\n')).toBe(true)
})
