import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket } from '@stowage/core'
import { check, say, watch } from './narration.ts'
import { data } from './public-data.ts'

/** Uploads images and one large file, downloads them again, and compares the bytes. */
export async function uploadAndDownload(bucket: Bucket, directory: string): Promise<void> {
  say('7. Files, with progress and checksums', "await bucket.file('images/gimp.png').upload('gimp.png')")
  const names = (await readdir(data)).filter((name) => name.endsWith('.png') || name === 'flights-3m.parquet')
  for (const name of names) {
    const file = bucket.file(`images/${name}`)
    const { checksums } = await watch(`${name} up`, file.upload(join(data, name), { checksums: ['sha256'] }))
    const downloaded = await watch(`${name} down`, file.download(join(directory, name), { checksums: ['sha256'] }))
    const original = createHash('sha256')
      .update(await readFile(join(data, name)))
      .digest('hex')
    const isSame = checksums.sha256 === original && downloaded.checksums.sha256 === original
    check(isSame && downloaded.verification.verified, `${name} went up and came down unchanged`)
  }
  const listed = (await bucket.files({ prefix: 'images/' }).toArray()).map(
    (entry) => entry.kind === 'file' && entry.file.key,
  )
  check(listed.length === names.length, `the listing has them all: ${listed.join(', ')}`)
}
