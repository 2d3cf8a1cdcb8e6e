import { createLocalDriver } from '@stowage/adapter-local'
import { type CopyMode, copyTable, createStorage } from '@stowage/core'

/** A program for the kill test: copies a table of one directory into another's, in small chunks, and says when it has begun. */
const [from, to, journal, mode] = process.argv.slice(2) as [string, string, string, CopyMode]
const source = createStorage(await createLocalDriver({ path: from }))
const target = createStorage(await createLocalDriver({ path: to }))
const tables = [source.bucket('bucket').table('people'), target.bucket('bucket').table('people')] as const
const copying = copyTable(...tables, { journal, mode, batchRows: 100 })
process.stdout.write('begun\n')
await copying
