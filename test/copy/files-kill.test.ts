import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { type Bucket, copyFiles, createStorage, type Storage } from '@stowage/core'
import { startKeboolaGateway } from '@stowage/gateway'
import { expect, onTestFinished, test } from 'vitest'
import { openMemory, temporaryDirectory } from '../portable/embedded.ts'
import type { CopyTarget } from './copy-files-child.ts'
import { putFiles, treeOf } from './file-trees.ts'

const program = path.join(import.meta.dirname, 'copy-files-child.ts')

async function openDirectory(directory: string): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ path: directory }))
  onTestFinished(() => storage.close())
  return storage
}

/** Makes a directory of files, one of them large, and gives it with its bucket. */
async function makeSource(smallFiles: number, largeMib: number): Promise<readonly [string, Bucket]> {
  const directory = await temporaryDirectory()
  const source = (await openDirectory(directory)).bucket('bucket')
  await source.create()
  const small = Array.from({ length: smallFiles }, (_, at) => [`${at % 10}/${at} ü`, (at * 613) % 40_000] as const)
  await putFiles(source, { ...Object.fromEntries(small), '5/large': largeMib * 1024 * 1024 })
  return [directory, source]
}

function sizeOf(journal: string): number {
  return statSync(journal, { throwIfNoEntry: false })?.size ?? 0
}

/** Lets a process copy until the journal has grown by so much, and kills it. */
async function copyAndKill(from: string, to: CopyTarget, journal: string, growth: number): Promise<void> {
  const until = sizeOf(journal) + growth
  const child = spawn(process.execPath, [program, from, JSON.stringify(to), journal], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise((resolve) => child.on('exit', resolve))
  while ((output === '' || sizeOf(journal) < until) && child.exitCode === null) await sleep(1)
  child.kill('SIGKILL')
  await exited
}

test('a copy that is killed again and again ends with equal trees and nothing beside them', async () => {
  const [from, source] = await makeSource(300, 24)
  const [to, place] = await Promise.all([temporaryDirectory(), temporaryDirectory()])
  const journal = path.join(place, 'copy.journal')
  const empty = await openDirectory(to)
  await empty.bucket('bucket').create()
  await empty.close()
  // About 150 bytes are a file.
  for (const growth of [0, 300, 8_000, 3_000, 10_000]) {
    await copyAndKill(from, { kind: 'local', path: to }, journal, growth)
  }

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

test('a killed copy to where each upload has an id of its own has every file once', async () => {
  const [from, source] = await makeSource(60, 6)
  const journal = path.join(await temporaryDirectory(), 'copy.journal')
  const gateway = await startKeboolaGateway({ storage: await openMemory(), closeDeadlineMs: 100 })
  onTestFinished(() => gateway.close())
  const { url, token } = gateway
  for (const growth of [100, 2_000, 3_000]) await copyAndKill(from, { kind: 'keboola', url, token }, journal, growth)

  const storage = createStorage(createKeboolaDriver({ url, token }, { environment: {} }))
  onTestFinished(() => storage.close())
  const target = storage.bucket('files') as Bucket
  const rest = await copyFiles({ bucket: source }, { bucket: target }, { journal })
  expect(rest.copied + rest.resumed).toBe(61)
  expect(rest.resumed).toBeGreaterThan(10)
  const tree = await treeOf(target)
  // An upload that was killed before it got its key shows under its id, and is nobody's.
  const ours = Object.entries(tree).filter(([key]) => !/^\d{3,}\//.test(key))
  expect(Object.fromEntries(ours)).toEqual(await treeOf(source))
})
