import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { releaseOwner } from '../src/engine/owner.ts'
import {
  call,
  filesBelow,
  listKeys,
  makeDirectory,
  openFiles,
  addBucket,
  readBytes,
  write,
  type Fixture,
} from './files-fixture.ts'
import { chunksOf } from './files-fixture.ts'

const large = 200_000
const [before, after] = [1, 2]

/** Names each step, and what it leaves: the size of the content and the byte it is filled with, or nothing. */
interface Step {
  readonly key: string
  readonly old: readonly [number, number] | undefined
  readonly next: readonly [number, number] | undefined
  run(files: Fixture['files']): Promise<unknown>
}

const steps: readonly Step[] = [
  {
    key: 'small',
    old: [100, before],
    next: [120, after],
    run: (files) => write(files, 'small', Buffer.alloc(120, after)),
  },
  {
    key: 'd/large',
    old: [large, before],
    next: [large + 1, after],
    run: (files) => write(files, 'd/large', chunksOf([Buffer.alloc(large + 1, after)])),
  },
  { key: 'e/f/new', old: undefined, next: [7, after], run: (files) => write(files, 'e/f/new', Buffer.alloc(7, after)) },
  {
    key: 'copy',
    old: [50, before],
    next: [large, before],
    run: (files) =>
      files.copy({ from: { bucket: 'b', key: 'source' }, to: { bucket: 'b', key: 'copy' }, overwrite: true }, call()),
  },
  {
    key: 'g/deleted',
    old: [100, before],
    next: undefined,
    run: (files) => files.delete({ bucket: 'b', key: 'g/deleted' }, call()),
  },
  {
    key: 'together',
    old: [100, before],
    next: [3, after],
    run: (files) => Promise.all(['together', 'with', 'others'].map((key) => write(files, key, Buffer.alloc(3, after)))),
  },
]

const systemCalls = [
  'openSync',
  'writeSync',
  'closeSync',
  'fstatSync',
  'lstatSync',
  'renameSync',
  'unlinkSync',
] as const
const moreCalls = ['mkdirSync', 'rmdirSync', 'rmSync', 'writev', 'fsync'] as const

afterEach(() => {
  vi.restoreAllMocks()
})

/** Makes everything from the given point on fail, as it would for a process that is dead by then. */
function dieAt(point: number, { engine }: Fixture): () => boolean {
  let reached = 0
  const pass = (): void => {
    reached += 1
    if (reached >= point) throw new Error('dead')
  }
  for (const name of [...systemCalls, ...moreCalls]) {
    const real = fs[name] as (...values: unknown[]) => unknown
    vi.spyOn(fs, name).mockImplementation(((...values: unknown[]) => (pass(), real.apply(fs, values))) as never)
  }
  for (const name of ['copyFile', 'rm'] as const) {
    const real = fs.promises[name] as (...values: unknown[]) => Promise<unknown>
    vi.spyOn(fs.promises, name).mockImplementation((async (...values: unknown[]) => (pass(), real(...values))) as never)
  }
  const { database } = engine
  const statement = database.statement.bind(database)
  vi.spyOn(database, 'statement').mockImplementation((sql) => (pass(), statement(sql)))
  return () => reached >= point
}

async function prepared(): Promise<Fixture & { directory: string }> {
  const directory = makeDirectory()
  const fixture = openFiles(directory)
  await addBucket(fixture, 'b')
  await write(fixture.files, 'source', Buffer.alloc(large, before))
  for (const { key, old } of steps) if (old !== undefined) await write(fixture.files, key, Buffer.alloc(...old))
  await new Promise((resolve) => setTimeout(resolve, 1))
  return { ...fixture, directory }
}

/** Runs the steps until the process is dead; gives how many were acknowledged. */
async function runUntilDead({ files }: Fixture): Promise<number> {
  for (const [position, step] of steps.entries()) {
    try {
      await step.run(files)
    } catch {
      return position
    }
  }
  return steps.length
}

async function contentOf({ files }: Fixture, key: string): Promise<string> {
  const bytes = await readBytes(files, key).catch(() => undefined)
  return bytes === undefined ? 'undefined' : `${bytes.length} of ${[...new Set(bytes)].join()}`
}

function described(content: Step['old']): string {
  return content === undefined ? 'undefined' : `${content[0]} of ${content[1]}`
}

test('dying at any step leaves each file old or new, and nothing else once it is opened again', async () => {
  let isAlive = false
  let points = 0
  for (let point = 1; !isAlive; point += 1) {
    const fixture = await prepared()
    const isDead = dieAt(point, fixture)
    const done = await runUntilDead(fixture)
    isAlive = !isDead()
    points = point
    // What a process holds goes with it.
    vi.restoreAllMocks()
    releaseOwner(fixture.engine.database)
    const again = openFiles(fixture.directory)
    for (const [position, { key, old, next }] of steps.entries()) {
      const allowed = position < done ? [next] : position === done ? [old, next] : [old]
      expect(allowed.map(described), `${key} at point ${point}`).toContain(await contentOf(again, key))
    }
    const keys = await listKeys(again.files)
    await again.close()
    expect(filesBelow(path.join(fixture.directory, 'buckets')), `point ${point}`).toHaveLength(keys.length)
    expect(fs.readdirSync(path.join(fixture.directory, 'tmp')), `point ${point}`).toEqual([])
  }
  expect(points).toBeGreaterThan(100)
})
