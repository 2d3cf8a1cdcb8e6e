import { spawn, type ChildProcessByStdio } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import {
  addBucket,
  call,
  filesBelow,
  listKeys,
  makeDirectory,
  openFiles,
  readBytes,
  readText,
  write,
} from './files-fixture.ts'

type Child = ChildProcessByStdio<Writable, Readable, null>

function start(task: string, directory: string, ...rest: string[]): Child {
  const file = path.join(import.meta.dirname, 'files-child.ts')
  return spawn(process.execPath, [file, task, directory, ...rest], { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function linesOf(child: Child): Promise<unknown[]> {
  const lines: unknown[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(parse(line))
  return lines.filter((line) => line !== undefined)
}

// The last line of a process that was killed may be cut.
function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Runs children that wait for each other before they begin; gives the last line of each. */
async function race(children: readonly Child[]): Promise<unknown[]> {
  const endings = children.map(async (child) => {
    const code = new Promise((resolve) => child.once('close', resolve))
    const lines = await linesOf(child)
    expect(await code).toBe(0)
    return lines.at(-1)
  })
  const ready = children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve)))
  await Promise.all(ready)
  for (const child of children) child.stdin.end('go')
  return Promise.all(endings)
}

async function prepared(...keys: string[]): Promise<string> {
  const directory = makeDirectory()
  const fixture = openFiles(directory)
  await addBucket(fixture, 'b')
  for (const key of keys) await write(fixture.files, key, '0')
  await fixture.close()
  await fixture.engine.close()
  return directory
}

function sizeOf(version: number): number {
  return 1 + ((version * 37_987) % 200_000)
}

test('whatever is killed leaves each file whole, and what was acknowledged is there', async () => {
  const directory = await prepared()
  const acknowledged = new Map<string, number>()
  let next = 0
  for (let round = 0; round < 8; round += 1) {
    const child = start('overwrite', directory, String(next))
    const lines = linesOf(child)
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, 20 + round * 17))
    child.kill('SIGKILL')
    for (const { key, version } of (await lines) as { key: string; version: number }[]) {
      acknowledged.set(key, version)
      next = version + 1
    }
    const fixture = openFiles(directory)
    const { files } = fixture
    for (const [key, version] of acknowledged) {
      const content = await readBytes(files, key)
      // The one after the last acknowledged may have been committed just before the end.
      const versions = [version, next].filter((candidate) => sizeOf(candidate) === content.length)
      expect(versions).not.toEqual([])
      expect(content.equals(Buffer.alloc(content.length, (versions[0] ?? 0) % 251))).toBe(true)
    }
    const gone = await readBytes(files, 'gone').catch(() => Buffer.alloc(1))
    expect(new Set(gone).size).toBe(1)
    const { length } = await listKeys(files)
    await expect.poll(() => filesBelow(path.join(directory, 'buckets')).length).toBe(length)
    await expect.poll(() => fs.readdirSync(path.join(directory, 'tmp'))).toEqual([])
    await fixture.close()
    await fixture.engine.close()
  }
  expect(next).toBeGreaterThan(20)
})

test('of several processes that create a file exactly one wins', async () => {
  const directory = await prepared()
  const children = ['one', 'two', 'three'].map((name) => start('create', directory, name))
  const won = (await race(children)) as string[][]
  expect(won.flat().toSorted()).toEqual(Array.from({ length: 100 }, (_, number) => `k${number}`).toSorted())
  const { files } = openFiles(directory)
  for (const [position, name] of ['one', 'two', 'three'].entries()) {
    for (const key of won[position] ?? []) expect(await readText(files, key)).toBe(name)
  }
  expect(filesBelow(path.join(directory, 'buckets'))).toHaveLength(100)
})

test('of several processes that change a version no change is lost', async () => {
  const directory = await prepared('n')
  await race([start('count', directory), start('count', directory)])
  expect(await readText(openFiles(directory).files, 'n')).toBe('100')
})

test('processes that write, read and delete the same files see whole ones only', async () => {
  const directory = await prepared('a')
  expect(await race([start('churn', directory), start('churn', directory)])).toEqual(['done', 'done'])
  const { files } = openFiles(directory)
  const keys = await listKeys(files)
  for (const key of keys) expect(new Set(await readBytes(files, key)).size).toBe(1)
  await expect.poll(() => filesBelow(path.join(directory, 'buckets')).length).toBe(keys.length)
})

test('what another process has written is there at once', async () => {
  const directory = await prepared('k')
  const [first, second] = [openFiles(directory), openFiles(directory)]
  for (const text of ['1', '2', '3']) {
    await write(first.files, 'k', text)
    expect(await readText(second.files, 'k')).toBe(text)
    await write(second.files, 'k', `${text}!`)
    expect(await readText(first.files, 'k')).toBe(`${text}!`)
  }
  await first.files.delete({ bucket: 'b', key: 'k' }, call())
  await expect(readText(second.files, 'k')).rejects.toMatchObject({ code: 'not-found' })
})
