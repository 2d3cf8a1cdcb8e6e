import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../packages/workspace.ts'

const program = join(root, 'docs/examples/quickstart.ts')

interface Place {
  readonly cwd: string
  readonly env: Record<string, string>
}

async function emptyDirectory(): Promise<Place> {
  const cwd = await mkdtemp(join(tmpdir(), 'stowage-tour-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  return { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd } }
}

interface Outcome {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

/** Runs the quickstart as in a log: without a terminal. */
function runQuickstart(place: Place): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { ...place, timeout: 55_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
}

test('the quickstart takes rows and files through all five backends, ends with ok, and leaves nothing behind', async () => {
  const place = await emptyDirectory()
  const { code, stdout, stderr } = await runQuickstart(place)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(await readdir(place.cwd)).toEqual([])
  expect(stdout.endsWith('\n\nquickstart: ok\n')).toBe(true)
  expect(stdout).toContain('✓ all 3373 airports came back as they left')
  expect(stdout).toContain('✓ all 4 files came back with the SHA-256 they left with')
  // A log can't move a cursor.
  for (const character of ['\r', '\u001B', '█']) expect(stdout).not.toContain(character)
  const stops = [...stdout.matchAll(/^ {3}(\w+ → \w+): /gm)].map(([, label]) => label)
  expect(stops).toEqual([
    'local → keboola',
    'keboola → zerodb',
    'zerodb → local',
    'local → abeja',
    'abeja → dcss',
    'dcss → local',
  ])
})

test('a quickstart that fails says so, and ends with another code than 0', async () => {
  const { cwd, env } = await emptyDirectory()
  const { code, stdout, stderr } = await runQuickstart({ cwd, env: { ...env, TMPDIR: '/dev/null' } })
  expect(code).toBe(1)
  expect(stdout).not.toContain('quickstart: ok')
  expect(stderr.endsWith('quickstart: failed\n')).toBe(true)
})

test('a quickstart that is interrupted leaves nothing behind either', async () => {
  const place = await emptyDirectory()
  const quickstart = spawn(process.execPath, [program], { ...place, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void quickstart.kill('SIGKILL'))
  const exit = once(quickstart, 'exit')
  await once(quickstart.stdout, 'data')
  quickstart.kill('SIGINT')
  expect(await exit).toEqual([130, null])
  expect(await readdir(place.cwd)).toEqual([])
})
