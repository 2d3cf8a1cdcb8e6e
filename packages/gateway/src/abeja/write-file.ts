import { crc32 } from 'node:zlib'
import type { File, FileInfo } from '@stowage/core'
import type { KeyLocks } from '../server/key-locks.ts'
import { AbejaError } from './abeja-error.ts'
import { EtagHash } from './etag-hash.ts'
import { inEitherForm, type MetadataForm } from './file-metadata.ts'
import { type FileFacts, type KeepingRules, toAttributes } from './stored-file.ts'

/** How files are written. */
export interface WritingRules extends KeepingRules {
  /** Keeps changes of one file apart. */
  readonly locks: KeyLocks
}

/** What is written. */
export interface FileContent {
  /** The bytes, once; when they fail, nothing is written. */
  readonly body: AsyncGenerator<Uint8Array, void, undefined>
  /** How many there are, where that is known. */
  readonly sizeBytes: number | undefined
  /** What is set on the file. Only the lifetime may still be unknown before the last byte was read. */
  readonly facts: () => FileFacts
  /** Ends the writing. */
  readonly signal: AbortSignal
}

// What is this small is gathered first: then all that is set on it is known before it is written, and stored in one step with it.
const smallBytes = 1024 * 1024

/** Writes a file: it is there whole, or what was there before is untouched. */
export async function writeFile(rules: WritingRules, file: File, content: FileContent): Promise<FileInfo> {
  const hash = new EtagHash()
  const body = hashed(content.body, hash)
  try {
    const head = await takeHead(body)
    return head.isWhole
      ? await putSmall(rules, file, content, head.chunks, hash)
      : await uploadLarge(rules, file, content, joined(head.chunks, body), hash)
  } finally {
    await body.return()
  }
}

/** Gives the name by which changes of one file are kept apart. */
export function lockName({ bucketName, key }: File): string {
  return `${bucketName}/${key}`
}

async function* hashed(
  body: AsyncGenerator<Uint8Array, void, undefined>,
  hash: EtagHash,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
}

interface Head {
  readonly chunks: readonly Uint8Array[]
  readonly isWhole: boolean
}

async function takeHead(body: AsyncGenerator<Uint8Array, void, undefined>): Promise<Head> {
  const chunks: Uint8Array[] = []
  for (let bytes = 0; bytes <= smallBytes;) {
    const next = await body.next()
    if (next.done === true) return { chunks, isWhole: true }
    chunks.push(next.value)
    bytes += next.value.byteLength
  }
  return { chunks, isWhole: false }
}

async function* joined(
  chunks: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks
  yield* rest
}

async function putSmall(
  rules: WritingRules,
  file: File,
  { facts, signal }: FileContent,
  chunks: readonly Uint8Array[],
  hash: EtagHash,
): Promise<FileInfo> {
  const bytes = Buffer.concat(chunks)
  const etag = { etag: hash.digest(), sizeBytes: bytes.byteLength, crc32: crc32(bytes).toString(16).padStart(8, '0') }
  const put = async (form: MetadataForm): Promise<FileInfo> => {
    const written = await file.put(bytes, { ...toAttributes(facts(), etag, rules, form), signal })
    return written.file
  }
  return rules.locks.run(lockName(file), () => inEitherForm(put))
}

/**
 * Writes what is too large to gather. What is known only at its end is set in a second step, and nobody who changes the file here
 * gets between the two.
 */
async function uploadLarge(
  rules: WritingRules,
  file: File,
  { facts, sizeBytes, signal }: FileContent,
  body: AsyncGenerator<Uint8Array, void, undefined>,
  hash: EtagHash,
): Promise<FileInfo> {
  const held: (() => void)[] = []
  let isOver = false
  let isBegun = false
  const before = facts()
  async function* lockedAtEnd(): AsyncGenerator<Uint8Array, void, undefined> {
    isBegun = true
    yield* body
    checkLifetime(rules, before, facts())
    const release = await rules.locks.acquire(lockName(file))
    // The storage may have given up meanwhile.
    if (isOver) release()
    else held.push(release)
  }
  const upload = async (form: MetadataForm): Promise<FileInfo> => {
    const size = sizeBytes === undefined ? {} : { sizeBytes }
    const options = { ...toAttributes(before, undefined, rules, form), signal, ...size }
    const { file: written, checksums } = await file.upload(lockedAtEnd(), options)
    if (!rules.storage.supports('files.update')) return written
    const etag = { etag: hash.digest(), sizeBytes: hash.sizeBytes, crc32: checksums.crc32 }
    const { metadata, expiresAt } = toAttributes(facts(), etag, rules, form)
    return file.update({ metadata, ...(expiresAt === undefined ? {} : { expiresAt }) })
  }
  try {
    return await inEitherForm(upload, () => !isBegun)
  } finally {
    isOver = true
    for (const release of held) release()
  }
}

function checkLifetime({ storage }: WritingRules, before: FileFacts, after: FileFacts): void {
  if (before.lifetime === after.lifetime || storage.supports('files.update')) return
  throw new AbejaError(405, 'a lifetime can not be set on a file of this size: the storage changes no files')
}
