import type { FileInput } from '@stowage/core'
import { type ByteSource, invalidArgument, toByteSource } from '@stowage/core/driver'
import { withHidden } from './answers.ts'
import type { KeboolaFile, KeboolaPreparedFile, KeboolaStoreAccess } from './file-answers.ts'
import type { KeboolaFileFacts, KeboolaFilesClient } from './files-client.ts'
import { nameForImport } from './import-name.ts'
import { type ObjectFacts, openStore } from './object-store.ts'
import { ObjectUpload } from './object-upload.ts'
import type { KeboolaParts } from './parts.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** Where the bytes of an upload come from: a path, bytes, a Blob, a stream, or a source of the driver. */
export type KeboolaUploadSource = FileInput | ByteSource

/** What a file is uploaded with. */
export interface KeboolaUpload extends Omit<KeboolaFileFacts, 'isSliced'> {
  /** How many bytes the source gives; it fails when that is wrong. Default: known for paths and bytes. */
  readonly sizeBytes?: number | undefined
  /**
   * Whether it is uploaded to be imported: then its name gets or loses `.gz` by what its bytes are, since the service decides by the name
   * whether it is compressed. Default false: the name stays.
   */
  readonly isForImport?: boolean | undefined
  /** Told how many parts are under way or done, and how many there are where that is known. */
  readonly onPart?: ((part: number, parts: number | undefined) => void) | undefined
}

/** A slice of a sliced file. */
export interface KeboolaSlice {
  /** Its name, put behind the key as it is; ends in `.gz` when it is compressed. */
  readonly name: string
  /** Its bytes. */
  readonly source: KeboolaUploadSource
  /** How many bytes the source gives. Default: known for paths and bytes. */
  readonly sizeBytes?: number | undefined
}

const noFacts: ObjectFacts = { fileName: undefined, contentType: undefined }

/** Uploads one file. Its beginning is read before anything is asked for: most files are no longer than that, and it tells what they are. */
export async function uploadFile(
  files: KeboolaFilesClient,
  parts: KeboolaParts,
  input: KeboolaUploadSource,
  { isForImport = false, onPart, ...facts }: KeboolaUpload,
  call: KeboolaCallOptions,
): Promise<KeboolaFile> {
  const source = await toSource(input, facts.sizeBytes)
  const upload = new ObjectUpload(parts, source, call, onPart)
  try {
    const first = await upload.readFirst()
    const fileName = isForImport ? nameForImport(facts.name, first.bytes) : facts.name
    const sizeBytes = first.isLast ? first.bytes.byteLength : source.sizeBytes
    return await withPrepared(files, { ...facts, name: fileName, sizeBytes }, call, async (prepared) => {
      const { writeAccess: access, id } = prepared
      const refresh = refreshOf(files, id, access, call)
      const { contentType } = facts
      await upload.send(first, { access, suffix: '', facts: { fileName, contentType }, refresh })
      return uploaded(prepared, upload.sentBytes)
    })
  } finally {
    await upload.close()
  }
}

/** Uploads slices, and then the manifest: without it nothing of them is seen. */
export async function uploadSlices(
  files: KeboolaFilesClient,
  parts: KeboolaParts,
  slices: Iterable<KeboolaSlice> | AsyncIterable<KeboolaSlice>,
  facts: Omit<KeboolaUpload, 'isForImport' | 'onPart'>,
  call: KeboolaCallOptions,
): Promise<KeboolaFile> {
  return withPrepared(files, { ...facts, isSliced: true }, call, async (prepared) => {
    const { writeAccess: access, id } = prepared
    const refresh = refreshOf(files, id, access, call)
    const send = async (suffix: string, source: ByteSource): Promise<number> => {
      const upload = new ObjectUpload(parts, source, call)
      try {
        await upload.send(await upload.readFirst(), { access, suffix, facts: noFacts, refresh })
        return upload.sentBytes
      } finally {
        await upload.close()
      }
    }
    const names = new Set<string>()
    let sentBytes = 0
    for await (const { name, source, sizeBytes } of slices) {
      if (names.has(checkSliceName(name)))
        throw invalidArgument(`two slices are called ${name}: give each another name`)
      names.add(name)
      sentBytes += await send(name, await toSource(source, sizeBytes))
    }
    const store = openStore(parts.wire, access)
    const manifest = { entries: [...names].map((name) => ({ url: store.entryUrl(store.key + name) })) }
    await send('manifest', await toSource(Buffer.from(JSON.stringify(manifest)), undefined))
    return uploaded(prepared, sentBytes)
  })
}

/** Prepares a file and does something with it; when that fails the file is deleted again, for it would be one without content. */
async function withPrepared(
  files: KeboolaFilesClient,
  facts: KeboolaFileFacts,
  call: KeboolaCallOptions,
  work: (prepared: KeboolaPreparedFile) => Promise<KeboolaFile>,
): Promise<KeboolaFile> {
  const prepared = await files.prepare(facts, call)
  try {
    return await work(prepared)
  } catch (error) {
    const { receipt } = call
    await files.delete(prepared.id, { signal: AbortSignal.timeout(10_000), receipt }).catch(() => {})
    throw error
  }
}

/** Google's credentials live for an hour, the others' for twelve. */
function refreshOf(
  files: KeboolaFilesClient,
  fileId: string,
  { provider }: KeboolaStoreAccess,
  call: KeboolaCallOptions,
): (() => Promise<KeboolaStoreAccess>) | undefined {
  if (provider !== 'gcp') return undefined
  return async () => (await files.refresh(fileId, call)).writeAccess
}

/** What isn't enumerable stays behind: the file can be read, and not written any more. */
function uploaded({ url, readAccess, ...shown }: KeboolaFile, sizeBytes: number): KeboolaFile {
  return withHidden({ ...shown, sizeBytes }, { url, readAccess })
}

async function toSource(input: KeboolaUploadSource, sizeBytes: number | undefined): Promise<ByteSource> {
  return isByteSource(input) ? input : toByteSource(input, sizeBytes)
}

function isByteSource(input: KeboolaUploadSource): input is ByteSource {
  return typeof input === 'object' && 'open' in input && typeof input.open === 'function' && 'isReopenable' in input
}

function checkSliceName(name: string): string {
  if (/^[\w.-]+$/.test(name) && name !== 'manifest') return name
  throw invalidArgument(`a slice can't be called ${JSON.stringify(name)}: use letters, digits, dots and dashes`)
}
