import { join } from 'node:path'
import type { Bucket } from '@stowage/core'
import { check, say, watch } from './narration.ts'
import { digestRows } from './row-digest.ts'

/** Exports a table to a file, loads that into another table, and compares all rows. */
export async function exportAndReimport(bucket: Bucket, directory: string): Promise<void> {
  say(
    '6. Export, re-import, prove equality',
    "await zipcodes.export('zipcodes.csv')",
    "await copy.load('zipcodes.csv')",
  )
  const zipcodes = bucket.table('zipcodes')
  const path = join(directory, 'zipcodes.csv')
  const exported = await watch('zipcodes.csv', zipcodes.export(path))
  console.log(`     ${exported.rows} rows, ${exported.sizeBytes} bytes, crc32 ${exported.checksums.crc32}`)
  const { columns, primaryKey } = await zipcodes.info()
  const copy = bucket.table('zipcodes-copy')
  await copy.create({ columns: columns.map(({ name, type }) => ({ name, type })), primaryKey })
  await copy.load(path)
  const names = columns.map(({ name }) => name)
  const isSame = (await digestRows(copy, 'zip_code', names)) === (await digestRows(zipcodes, 'zip_code', names))
  check(isSame, 'every row of the copy equals the original')
}
