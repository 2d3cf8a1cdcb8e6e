import { createHash } from 'node:crypto'
import { type Bucket, copyFiles, type FileSet } from '@stowage/core'
import type { Stowage } from 'stowage'
import { check, say, watch } from './narration.ts'

/** Copies the files through the services that keep files and back, and compares all bytes with those that left. */
export async function copyFilesAround(stowage: Stowage): Promise<void> {
  say(
    '10. Files, the same way',
    "const images = (bucket) => ({ bucket, prefix: 'images/' })",
    "await copyFiles(images(demo), images(channel), { verify: 'digest' })",
  )
  const demo = stowage.storage('local').bucket('demo')
  const channel = stowage.storage('abeja').bucket('tour')
  const returned = stowage.storage('local').bucket('returned')
  await channel.create()
  await returned.create()
  const stations: [label: string, bucket: Bucket][] = [
    ['local → abeja', channel],
    ['abeja → dcss', stowage.storage('dcss').bucket('private')],
    ['dcss → local', returned],
  ]
  let source = demo
  for (const [label, target] of stations) {
    await watch(label, copyFiles(images(source), images(target), { verify: 'digest' }))
    source = target
  }
  const [before, after] = [await digestFiles(demo), await digestFiles(returned)]
  check(before === after, `all ${before.split('\n').length} files came back with the SHA-256 they left with`)
}

function images(bucket: Bucket): FileSet {
  return { bucket, prefix: 'images/' }
}

async function digestFiles(bucket: Bucket): Promise<string> {
  const lines: string[] = []
  for await (const entry of bucket.files({ prefix: 'images/' })) {
    if (entry.kind !== 'file') continue
    const hash = createHash('sha256')
    for await (const chunk of bucket.file(entry.file.key).stream()) hash.update(chunk)
    lines.push(`${hash.digest('hex')}  ${entry.file.key}`)
  }
  return lines.join('\n')
}
