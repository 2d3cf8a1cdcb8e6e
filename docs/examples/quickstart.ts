/**
 * A tour of Stowage on real data. First its main job on the embedded backend: tables and files loaded, queried, changed, exported and
 * verified. Then the same data goes through four services, which run on this machine, and comes home. Each step prints the calls it
 * makes and checks what they came to.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStorage } from 'stowage'
import { copyFilesAround } from './quickstart/copy-files-around.ts'
import { copyRowsAround } from './quickstart/copy-rows-around.ts'
import { exportAndReimport } from './quickstart/export-and-reimport.ts'
import { openFiveBackends } from './quickstart/five-backends.ts'
import { createTables, loadTables } from './quickstart/load-tables.ts'
import { changeTables, queryTables } from './quickstart/query-and-change.ts'
import { compareCapabilities, explainEverywhere } from './quickstart/side-by-side.ts'
import { uploadAndDownload } from './quickstart/upload-and-download.ts'

async function useEmbedded(path: string, directory: string): Promise<void> {
  console.log("Stowage quickstart: const storage = await openStorage({ adapter: 'local', path })")
  const storage = await openStorage({ adapter: 'local', path })
  try {
    const bucket = storage.bucket('demo')
    const tables = await createTables(bucket)
    await loadTables(tables)
    await queryTables(tables)
    await changeTables(tables)
    await exportAndReimport(bucket, directory)
    await uploadAndDownload(bucket, directory)
  } finally {
    await storage.close()
  }
}

async function goAround(path: string): Promise<void> {
  const five = await openFiveBackends(path)
  try {
    await copyRowsAround(five.stowage)
    await copyFilesAround(five.stowage)
    await explainEverywhere(five.stowage)
    compareCapabilities(five.stowage)
  } finally {
    await five.close()
  }
}

async function tour(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'stowage-quickstart-'))
  const clear = (): void => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  process.once('SIGINT', () => {
    clear()
    process.exit(130)
  })
  try {
    const path = join(directory, '.stowage')
    await useEmbedded(path, directory)
    await goAround(path)
  } finally {
    clear()
  }
}

try {
  await tour()
  console.log('\nquickstart: ok')
} catch (error) {
  console.error(error)
  console.error('quickstart: failed')
  process.exitCode = 1
}
