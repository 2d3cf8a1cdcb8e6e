import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { createLocalDriver, type LocalDriver, type LocalOptions } from '../src/index.ts'
import { makeTable, type TableShape, type TestTable } from './table-calls.ts'

export { batchesOf, call, makeTable, TestTable, type TableShape } from './table-calls.ts'

/** Makes a directory that goes with the test. */
export function makeDirectory(): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stowage-tables-'))
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Opens a driver until the test ends. */
export async function openDriver(options: LocalOptions = { memory: true }): Promise<LocalDriver> {
  const driver = await createLocalDriver(options)
  onTestFinished(() => driver.close())
  return driver
}

/** Opens memory, or what the options say, with one table. */
export async function openTable(shape: TableShape, options?: LocalOptions): Promise<TestTable> {
  return makeTable(await openDriver(options), shape)
}
