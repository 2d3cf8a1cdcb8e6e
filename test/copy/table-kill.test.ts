import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalDriver } from '@stowage/adapter-local'
import { type CopyMode, copyTable, createStorage, type Storage, type TableDefinition } from '@stowage/core'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../portable/embedded.ts'
import { people, peopleColumns, peopleDefinition, placeFor, rowsOf, tableWith } from './table-ends.ts'

const program = path.join(import.meta.dirname, 'copy-table-child.ts')
/** By how much the journal grows before each kill, in bytes: about 300 are a chunk. And how long after that the kill comes. */
const moments = [
  [0, 0],
  [1, 3],
  [900, 0],
  [2500, 5],
  [700, 1],
] as const
const rowCount = 6000

async function openDirectory(directory: string): Promise<Storage> {
  const storage = createStorage(await createLocalDriver({ path: directory }))
  onTestFinished(() => storage.close())
  return storage
}

function sizeOf(journal: string): number {
  return statSync(journal, { throwIfNoEntry: false })?.size ?? 0
}

/** Lets a process copy until the journal has grown by so much, and kills it. */
async function copyAndKill(
  args: readonly [string, string, string, CopyMode],
  growth: number,
  laterMs: number,
): Promise<void> {
  const until = sizeOf(args[2]) + growth
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise((resolve) => child.on('exit', resolve))
  while ((output === '' || sizeOf(args[2]) < until) && child.exitCode === null) await sleep(1)
  await sleep(laterMs)
  child.kill('SIGKILL')
  await exited
}

test.each<[CopyMode, string, TableDefinition]>([
  ['append', 'with a key', peopleDefinition],
  ['append', 'without a key', { columns: peopleColumns }],
])(
  'a copy that is killed again and again loses and doubles nothing: %s, %s',
  { timeout: 30_000 },
  async (mode, _, definition) => {
    const [from, to, place] = await Promise.all([temporaryDirectory(), temporaryDirectory(), temporaryDirectory()])
    const journal = path.join(place, 'copy.journal')
    const source = await tableWith(await openDirectory(from), people(rowCount), definition)
    const empty = await openDirectory(to)
    await placeFor(empty)
    await empty.close()

    for (const [growth, laterMs] of moments) await copyAndKill([from, to, journal, mode], growth, laterMs)
    const target = (await openDirectory(to)).bucket('bucket').table('people')
    const rest = await copyTable(source, target, { journal, mode, batchRows: 100 })
    expect(rest).toMatchObject({ rows: rowCount, written: rowCount })
    expect(rest.resumedAt).toBeGreaterThan(0)
    expect(rest.resumedAt).toBeLessThan(rowCount)
    expect(await rowsOf(target)).toEqual(await rowsOf(source))
  },
)
