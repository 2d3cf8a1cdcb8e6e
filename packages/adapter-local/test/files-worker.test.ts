import fs from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { closeDatabase, openDatabase } from '../src/engine/open-database.ts'
import { WorkerEngine } from '../src/engine/worker-engine.ts'
import { createLocalFiles } from '../src/files.ts'
import { call, listKeys, makeDirectory, readBytes, readText, write } from './files-fixture.ts'

test.each(['directory', 'memory'])('files do the same with the engine in a worker thread, in %s mode', async (mode) => {
  const directory = mode === 'directory' ? makeDirectory() : undefined
  // As the driver does: the directory is ours before anything is made in it.
  if (directory !== undefined) closeDatabase(openDatabase({ directory, durability: 'normal' }))
  const engine = new WorkerEngine({ directory, durability: 'normal' })
  const { files, ...local } = createLocalFiles({ engine, directory, durability: 'normal' })
  onTestFinished(async () => {
    await local.close()
    await engine.close()
  })
  await engine.call('createBucket', { bucket: 'b', displayName: undefined, description: undefined })
  const large = Buffer.alloc(300_000, 7)
  await Promise.all(['c', 'a/x', 'b'].map((key) => write(files, key, `content of ${key}`)))
  await write(files, 'large', large)
  // A small view of a large buffer.
  await write(files, 'view', large.subarray(5, 10))
  await write(files, 'b', 'again', { condition: { kind: 'replace' } })
  await expect(write(files, 'b', 'x', { condition: { kind: 'create' } })).rejects.toMatchObject({
    code: 'already-exists',
  })
  expect(await listKeys(files)).toEqual(['a/x', 'b', 'c', 'large', 'view'])
  expect(await readText(files, 'b')).toBe('again')
  expect((await readBytes(files, 'large')).equals(large)).toBe(true)
  expect((await readBytes(files, 'view')).equals(large.subarray(5, 10))).toBe(true)
  const { url } = await files.signUrl({ bucket: 'b', key: 'c', method: 'GET', expiresInMs: 60_000 }, call())
  expect(await (await fetch(url)).text()).toBe('content of c')
  await files.delete({ bucket: 'b', key: 'a/x' }, call())
  await local.removeBucket('b')
  expect(await listKeys(files)).toEqual([])
  const left = directory === undefined ? [] : fs.readdirSync(path.join(directory, 'buckets'))
  expect(left).toEqual([])
})
