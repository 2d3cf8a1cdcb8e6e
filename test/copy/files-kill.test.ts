import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalDriver } from '@stowage/adapter-local'
import { copyFiles, createStorage, type Storage } from '@stowage/core'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../portable/embedded.ts'
import { putFiles, treeOf } from './file-trees.ts'

const program = path.join(import.meta.dirname, 'copy-files-child.ts')
/** By how much the journal grows before each kill, in bytes: about 150 are a file. */
const growths = [0, 300, 8_000, 3_000, 10_000]

async function openDirectory(directory: string): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ path: directory }))
  onTestFinished(() => storage.close())
  return storage
}

function sizeOf(journal: string): number {
  return statSync(journal, { throwIfNoEntry: false })?.size ?? 0
}

/** Lets a process copy until the journal has grown by so much, and kills it. */
async function copyAndKill(from: string, to: string, journal: string, growth: number): Promise<void> {
  const until = sizeOf(journal) + growth
  const child = spawn(process.execPath, [program, from, to, journal], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise((resolve) => child.on('exit', resolve))
  while ((output === '' || sizeOf(journal) < until) && child.exitCode === null) await sleep(1)
  child.kill('SIGKILL')
  await exited
}

test('a copy that is killed again and again ends with equal trees and nothing beside them', async () => {
  const [from, to, place] = await Promise.all([temporaryDirectory(), temporaryDirectory(), temporaryDirectory()])
  const journal = path.join(place, 'copy.journal')
  const source = (await openDirectory(from)).bucket('bucket')
  await source.create()
  const small = Array.from({ length: 300 }, (_, at) => [`${at % 10}/${at} ü`, (at * 613) % 40_000] as const)
  await putFiles(source, { ...Object.fromEntries(small), '5/large': 24 * 1024 * 1024 })
  const empty = await openDirectory(to)
  await empty.bucket('bucket').create()
  await empty.close()

  for (const growth of growths) await copyAndKill(from, to, journal, growth)
  const target = await openDirectory(to)
  const rest = await copyFiles({ bucket: source }, { bucket: target.bucket('bucket') }, { journal })
  expect(rest.copied + rest.resumed).toBe(301)
  expect(rest.resumed).toBeGreaterThan(50)
  expect(rest.copied).toBeGreaterThan(10)
  expect(await treeOf(target.bucket('bucket'))).toEqual(await treeOf(source))
  await target.close()
  expect(readdirSync(path.join(to, 'tmp'))).toEqual([])
  expect(readdirSync(place)).toEqual(['copy.journal'])
})
