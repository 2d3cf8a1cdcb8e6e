import { createHash } from 'node:crypto'
import type { Bucket } from '@stowage/core'

/** The bytes of a test file: as many as asked for, other ones for another seed. */
export function bytesOf(seed: string, sizeBytes: number): Uint8Array {
  const block = createHash('sha512').update(seed).digest()
  const bytes = Buffer.alloc(sizeBytes, block)
  // A damaged or swapped block must not look like the others.
  for (let at = 0; at + 8 <= sizeBytes; at += 4096) bytes.writeDoubleLE(at, at)
  return bytes
}

/** Puts files of these lengths into a bucket. */
export async function putFiles(bucket: Bucket, sizes: Readonly<Record<string, number>>, prefix = ''): Promise<void> {
  for (const [key, sizeBytes] of Object.entries(sizes)) await bucket.file(prefix + key).put(bytesOf(key, sizeBytes))
}

/** What is below a prefix: the SHA-256 of each file by the rest of its key. */
export async function treeOf(bucket: Bucket, prefix = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {}
  for await (const entry of bucket.files({ prefix })) {
    if (entry.kind !== 'file') continue
    const bytes = await bucket.file(entry.file.key).get()
    tree[entry.file.key.slice(prefix.length)] = createHash('sha256').update(bytes).digest('hex')
  }
  return tree
}
