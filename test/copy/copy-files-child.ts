import { createKeboolaDriver } from '@stowage/adapter-keboola'
import { createLocalDriver } from '@stowage/adapter-local'
import { type Bucket, copyFiles, createStorage } from '@stowage/core'

/** Where the program copies to. */
export type CopyTarget =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'keboola'; readonly url: string; readonly token: string }

/** A program for the kill tests: copies a directory's files to a target, and says when it has begun. */
const [from, to, journal] = process.argv.slice(2) as [string, string, string]
const source = createStorage(await createLocalDriver({ path: from }))
const target = await openTarget(JSON.parse(to) as CopyTarget)
const copying = copyFiles({ bucket: source.bucket('bucket') }, { bucket: target }, { journal, mode: 'append' })
process.stdout.write('begun\n')
await copying
process.stdout.write('done\n')
// A connection that is kept open would keep the process.
process.exit()

async function openTarget(place: CopyTarget): Promise<Bucket> {
  if (place.kind === 'local') return createStorage(await createLocalDriver({ path: place.path })).bucket('bucket')
  const { url, token } = place
  return createStorage(createKeboolaDriver({ url, token }, { environment: {} })).bucket('files') as Bucket
}
