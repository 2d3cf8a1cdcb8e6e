import { fileURLToPath } from 'node:url'
import type { ByteRange, ChecksumAlgorithm, FileInfo } from '../contract/file.ts'
import type { Receipt } from '../contract/receipt.ts'
import { Checksums } from '../bytes/checksum.ts'
import { writeFileSafely } from '../bytes/file-sink.ts'
import type { FileRequest } from '../driver/file-driver.ts'
import type { Transfer, TransferControls } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import { checkRange } from './read-file.ts'
import { openFile, type OpenFile } from './resumable-body.ts'
import type { Session } from './session.ts'
import { startTransfer } from './start-transfer.ts'
import { type Verification, verifyChecksums, wantedAlgorithms } from './verification.ts'

/** Options of a download. */
export interface DownloadOptions extends CallOptions {
  /** Whether a file that is there is replaced, once the new one is complete. Default false. */
  readonly overwrite?: boolean | undefined
  /** Only these bytes. Default: all. */
  readonly range?: ByteRange | undefined
  /** Checksums to compute beside CRC32 and those the backend keeps. Default: none. */
  readonly checksums?: readonly ChecksumAlgorithm[] | undefined
  /** Whether the file is forced to disk before it gets its name. Default false. */
  readonly fsync?: boolean | undefined
}

/** What a download came to. */
export interface DownloadResult {
  /** The file, as it was read. */
  readonly file: FileInfo
  /** Where it is now. */
  readonly path: string
  /** How many bytes were written. */
  readonly sizeBytes: number
  /** Checksums of what was written, in lower-case hex. */
  readonly checksums: FileInfo['checksums']
  /** Whether they were compared with the backend's. */
  readonly verification: Verification
  /** What it cost. */
  readonly receipt: Receipt
}

/** Starts a download to disk. */
export function downloadFile(
  session: Session,
  request: FileRequest,
  target: string | URL,
  options: DownloadOptions,
): Transfer<DownloadResult> {
  checkOptions('file.download', options, ['overwrite', 'range', 'checksums', 'fsync', 'signal', 'timeoutMs'])
  const place = { operation: 'files.read', resource: `${request.bucket}/${request.key}` }
  session.require('files.read', place)
  if (options.range !== undefined) {
    session.require('files.range', place)
    checkRange(options.range)
  }
  const path = target instanceof URL ? fileURLToPath(target) : target
  return startTransfer(session, place, options, async (controls) => {
    const opened = await openFile(session, request, { range: options.range }, place, controls)
    controls.meter.expect(opened.content.sizeBytes, 'bytes')
    return saveFile(opened, path, options, controls)
  })
}

async function saveFile(
  { content, body }: OpenFile,
  path: string,
  options: DownloadOptions,
  controls: TransferControls,
): Promise<DownloadResult> {
  const { file } = content
  const checksums = new Checksums(wantedAlgorithms(options.checksums, file.checksums))
  let verification: Verification = { verified: false, algorithm: undefined, reason: 'a range was read' }
  async function* checked(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body) {
      await controls.gate()
      controls.signal.throwIfAborted()
      checksums.update(chunk)
      yield chunk
      controls.advance(chunk.byteLength)
    }
    // Ends the writing with a failure before the file gets its name.
    if (options.range === undefined) verification = verifyChecksums(file, checksums.digest())
  }
  const writeOptions = { overwrite: options.overwrite ?? false, fsync: options.fsync ?? false, signal: controls.signal }
  const sizeBytes = await writeFileSafely(path, checked(), writeOptions)
  return { file, path, sizeBytes, checksums: checksums.digest(), verification, receipt: controls.receipt.snapshot() }
}
