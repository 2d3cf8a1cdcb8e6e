import type { FileInfo } from '../contract/file.ts'
import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import { Checksums } from '../bytes/checksum.ts'
import type { CallContext } from '../driver/call.ts'
import type { ByteSource, FileRequest } from '../driver/file-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import { openFile } from './resumable-body.ts'
import type { CallPlace, Session } from './session.ts'
import { verifyChecksums, wantedAlgorithms } from './verification.ts'

/** Options of copying a file. */
export interface CopyOptions extends CallOptions {
  /** Whether a file that is there is replaced. Default false: it fails with `already-exists`. */
  readonly overwrite?: boolean | undefined
}

/** What a copy came to. */
export interface CopyResult {
  /** The copy. */
  readonly file: FileInfo
  /** What it cost. */
  readonly receipt: Receipt
}

/** Copies a file: inside the backend where it can, otherwise by reading and writing it. */
export async function copyFile(
  session: Session,
  from: FileRequest,
  to: FileRequest,
  options: CopyOptions,
): Promise<CopyResult> {
  checkOptions('file.copyTo', options, ['overwrite', 'signal', 'timeoutMs'])
  const place = { operation: 'files.copy', resource: `${to.bucket}/${to.key}` }
  const isEmulated = session.isEmulated('files.copy', place)
  const overwrite = options.overwrite ?? false
  const receipt = new ReceiptRecorder()
  const copy = async (call: CallContext): Promise<FileInfo> =>
    isEmulated
      ? emulateCopy(session, from, to, overwrite, place, call)
      : session.files.copy({ from, to, overwrite }, call)
  const file = await session.run(place, options, copy, receipt)
  return { file, receipt: receipt.snapshot() }
}

async function emulateCopy(
  session: Session,
  from: FileRequest,
  to: FileRequest,
  overwrite: boolean,
  place: CallPlace,
  call: CallContext,
): Promise<FileInfo> {
  call.receipt.emulated.push('files.copy')
  await checkTarget(session, to, overwrite, place, call)
  const { content, body } = await openFile(session, from, {}, place, call)
  const checksums = new Checksums(wantedAlgorithms([], content.file.checksums))
  const { contentType, metadata, tags, expiresAt } = content.file
  const written = await session.files.write(
    {
      ...to,
      source: copySource(content.sizeBytes, body, checksums),
      attributes: { contentType, metadata, tags, expiresAt },
      condition: { kind: overwrite || !hasCreateOnly(session) ? 'replace' : 'create' },
      crc32: () => checksums.digest().crc32 ?? '',
      onPart: () => undefined,
    },
    call,
  )
  verifyChecksums(content.file, checksums.digest())
  return written
}

// Without an atomic "create only" the next best is to look first; two racing writers may then both succeed.
async function checkTarget(
  session: Session,
  to: FileRequest,
  overwrite: boolean,
  place: CallPlace,
  call: CallContext,
): Promise<void> {
  if (overwrite || hasCreateOnly(session)) return
  try {
    await session.files.stat(to, call)
  } catch (error) {
    if (StorageError.is(session.explain(error, place, call.signal), 'not-found')) return
    throw error
  }
  const message = `${to.key} is there already: pass overwrite: true to replace it`
  throw new StorageError({ code: 'already-exists', message }, { backend: session.driver.backend, ...place })
}

function hasCreateOnly(session: Session): boolean {
  return session.driver.capabilities.operations['files.createOnly']?.kind === 'native'
}

function copySource(sizeBytes: number, body: AsyncIterable<Uint8Array>, checksums: Checksums): ByteSource {
  return {
    sizeBytes,
    isReopenable: false,
    bytes: undefined,
    async *open(): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of body) {
        checksums.update(chunk)
        yield chunk
      }
    },
  }
}
