import { createLocalDriver } from '@stowage/adapter-local'
import { copyFiles, createStorage } from '@stowage/core'

/** A program for the kill test: copies a directory's files into another's, and says when it has begun. */
const [from, to, journal] = process.argv.slice(2) as [string, string, string]
const source = createStorage(await createLocalDriver({ path: from }))
const target = createStorage(await createLocalDriver({ path: to }))
const sets = [{ bucket: source.bucket('bucket') }, { bucket: target.bucket('bucket') }] as const
const copying = copyFiles(...sets, { journal, mode: 'append' })
process.stdout.write('begun\n')
await copying
process.stdout.write('done\n')
