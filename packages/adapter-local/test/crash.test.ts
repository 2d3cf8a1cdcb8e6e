import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLocalDriver } from '../src/index.ts'
import { call, makeDirectory, makeTable, TestTable } from './tables-fixture.ts'

const program = path.join(import.meta.dirname, 'write-until-killed.ts')
const tableNames = ['inserted', 'updated', 'upserted', 'replaced'] as const

type Rounds = Record<(typeof tableNames)[number], number>

test.each(['normal', 'full'] as const)(
  'after SIGKILL everything acknowledged is there, nothing is half: %s',
  async (durability) => {
    const directory = makeDirectory()
    await prepare(directory)
    let reached: Rounds = { inserted: -1, updated: -1, upserted: -1, replaced: -1 }
    for (let kill = 0; kill < 8; kill++) {
      const next = Math.max(...Object.values(reached)) + 1
      const acknowledged = await writeAndKill(directory, next, durability, 5 + ((kill * 37) % 90))
      reached = await check(directory, { ...reached, ...acknowledged })
    }
    expect(reached.replaced).toBeGreaterThan(3)
  },
)

async function prepare(directory: string): Promise<void> {
  const driver = await createLocalDriver({ path: directory })
  await makeTable(driver, { columns: { round: 'number', id: 'number' }, primaryKey: ['round', 'id'] }, 'inserted')
  const updated = await makeTable(driver, { columns: { id: 'number', round: 'number' } }, 'updated')
  await updated.insert(Array.from({ length: 2000 }, (_, id) => ({ id, round: -1 })))
  await makeTable(driver, { columns: { id: 'number', round: 'number' }, primaryKey: ['id'] }, 'upserted')
  await makeTable(driver, { columns: { id: 'number', round: 'number' } }, 'replaced')
  await driver.close()
}

/** Lets a process write for a while and gives the last round it acknowledged for each table. */
async function writeAndKill(
  directory: string,
  round: number,
  durability: string,
  afterMs: number,
): Promise<Partial<Rounds>> {
  const child = spawn(process.execPath, [program, directory, String(round), durability], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise((resolve) => child.on('exit', resolve))
  while (!output.includes('replaced') && child.exitCode === null) await sleep(2)
  await sleep(afterMs)
  child.kill('SIGKILL')
  await exited
  const lines = output.split('\n').slice(0, -1)
  return Object.fromEntries(lines.map((line) => line.split(' ')).map(([table, number]) => [table, Number(number)]))
}

async function check(directory: string, acknowledged: Rounds): Promise<Rounds> {
  const driver = await createLocalDriver({ path: directory })
  const seen = {} as Rounds
  try {
    expect(driver.native.sqlite?.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    for (const name of tableNames) {
      const rows = await new TestTable(driver, 'b', name).find({}, { pageSize: 10_000 })
      const counts = new Map<number, number>()
      for (const { round } of rows) counts.set(round as number, (counts.get(round as number) ?? 0) + 1)
      seen[name] = Math.max(-1, ...counts.keys())
      const whole = { inserted: 500, updated: 2000, upserted: 3000, replaced: 3000 }[name]
      const halves = [...counts].filter(([, count]) => count !== whole)
      const tooMany = name === 'inserted' ? 0 : Math.max(0, counts.size - 1)
      const isLost = seen[name] < acknowledged[name]
      expect({ name, halves, tooMany, isLost }).toEqual({ name, halves: [], tooMany: 0, isLost: false })
      const { rowCount } = await driver.tables.get({ bucket: 'b', table: name }, call())
      expect(rowCount).toBe(rows.length)
    }
    // What the killed load had put aside is gone, now that somebody opened the directory.
    const storages = driver.native.sqlite?.prepare('SELECT count(*) AS n FROM storages').get()
    expect(storages).toEqual({ n: tableNames.length })
  } finally {
    await driver.close()
  }
  return seen
}
