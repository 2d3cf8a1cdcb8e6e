import type { ChecksumAlgorithm, FileInfo } from '../contract/file.ts'
import { type Receipt, ReceiptRecorder } from '../contract/receipt.ts'
import { type FileInput, toByteSource } from '../bytes/byte-source.ts'
import type { FileRequest, WriteFileRequest } from '../driver/file-driver.ts'
import { StorageError, invalidArgument } from '../errors/storage-error.ts'
import { crc32Hex, MeteredSource } from '../transfer/metered-source.ts'
import type { Transfer, TransferControls } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import { attributeNames, checkAttributes, type FileAttributeOptions } from './file-attributes.ts'
import { limitSize } from './file-size.ts'
import { checkOptions } from './names.ts'
import type { CallPlace, Session } from './session.ts'
import { startTransfer } from './start-transfer.ts'
import { type Verification, verifyChecksums, wantedAlgorithms } from './verification.ts'

/** Options of writing a file from memory. */
export interface PutOptions extends CallOptions, FileAttributeOptions {
  /** Whether a file that is there is replaced. Default true. */
  readonly overwrite?: boolean | undefined
  /** Replaces only the version with this etag; another one fails with `conflict`. Default: any. */
  readonly ifEtag?: string | undefined
}

/** Options of an upload. */
export interface UploadOptions extends PutOptions {
  /** How many bytes the source gives; it fails when that is wrong. Default: known for paths and bytes, unknown for streams. */
  readonly sizeBytes?: number | undefined
  /** Checksums to compute beside CRC32. Default: none. */
  readonly checksums?: readonly ChecksumAlgorithm[] | undefined
}

/** What an upload came to. */
export interface UploadResult {
  /** The file, as it is stored. */
  readonly file: FileInfo
  /** Checksums of what was sent, in lower-case hex. */
  readonly checksums: FileInfo['checksums']
  /** Whether they were compared with the backend's. */
  readonly verification: Verification
  /** What it cost. */
  readonly receipt: Receipt
}

const putNames = [...attributeNames, 'overwrite', 'ifEtag', 'signal', 'timeoutMs']

/** Writes bytes that are in memory. */
export async function putFile(
  session: Session,
  request: FileRequest,
  content: Uint8Array | ArrayBuffer | string,
  options: PutOptions,
): Promise<UploadResult> {
  checkOptions('file.put', options, putNames)
  const bytes = toBytes(content)
  const { place, write } = prepare(session, request, options)
  const crc32 = crc32Hex(bytes)
  const receipt = new ReceiptRecorder()
  const source = limitSize(
    { sizeBytes: bytes.byteLength, isReopenable: true, bytes, open: () => oneChunk(bytes) },
    session.driver.capabilities.limits.fileBytes,
  )
  const file = await session.run(
    place,
    options,
    (call) => session.files.write({ ...write, source, crc32: () => crc32, onPart: () => undefined }, call),
    receipt,
  )
  receipt.bytesSent += bytes.byteLength
  const checksums = { crc32 }
  return { file, checksums, verification: verifyStored(file, bytes.byteLength, checksums), receipt: receipt.snapshot() }
}

/** Starts an upload. */
export function uploadFile(
  session: Session,
  request: FileRequest,
  input: FileInput,
  options: UploadOptions,
): Transfer<UploadResult> {
  checkOptions('file.upload', options, [...putNames, 'sizeBytes', 'checksums'])
  const { place, write } = prepare(session, request, options)
  return startTransfer(session, place, options, async (controls) => {
    const { fileBytes } = session.driver.capabilities.limits
    const source = limitSize(await toByteSource(input, options.sizeBytes), fileBytes)
    if (source.sizeBytes === undefined) session.require('files.writeUnknownLength', place)
    controls.meter.expect(source.sizeBytes, 'bytes')
    const metered = new MeteredSource(source, wantedAlgorithms(options.checksums), controls)
    return send(session, write, metered, controls)
  })
}

type PreparedWrite = Pick<WriteFileRequest, 'bucket' | 'key' | 'attributes' | 'condition'>

async function send(
  session: Session,
  write: PreparedWrite,
  source: MeteredSource,
  controls: TransferControls,
): Promise<UploadResult> {
  const file = await session.files.write(
    {
      ...write,
      source,
      crc32: () => source.digests().crc32 ?? '',
      onPart: (part, parts) => controls.meter.setPart(part, parts),
    },
    controls,
  )
  const checksums = source.digests()
  const { transferred } = controls.meter.snapshot()
  controls.receipt.bytesSent += transferred
  const verification = verifyStored(file, transferred, checksums)
  return { file, checksums, verification, receipt: controls.receipt.snapshot() }
}

function prepare(
  session: Session,
  request: FileRequest,
  options: PutOptions,
): { place: CallPlace; write: PreparedWrite } {
  const place = { operation: 'files.write', resource: `${request.bucket}/${request.key}` }
  session.require('files.write', place)
  const attributes = checkAttributes(session, place, options)
  return { place, write: { ...request, attributes, condition: condition(session, place, options) } }
}

function condition(session: Session, place: CallPlace, options: PutOptions): WriteFileRequest['condition'] {
  const { overwrite = true, ifEtag } = options
  if (ifEtag !== undefined) {
    if (!overwrite) throw invalidArgument('ifEtag replaces a version and overwrite: false none: give only one of them')
    session.require('files.createOnly', place)
    return { kind: 'etag', etag: ifEtag }
  }
  if (overwrite) return { kind: 'replace' }
  session.require('files.createOnly', place)
  return { kind: 'create' }
}

function verifyStored(file: FileInfo, sizeBytes: number, checksums: FileInfo['checksums']): Verification {
  if (file.sizeBytes !== sizeBytes) {
    const message = `${sizeBytes} bytes were sent, but ${file.sizeBytes} are stored: write the file again`
    throw new StorageError({ code: 'corrupt-data', message, details: { sent: sizeBytes, stored: file.sizeBytes } })
  }
  return verifyChecksums(file, checksums)
}

function toBytes(content: Uint8Array | ArrayBuffer | string): Uint8Array {
  if (content instanceof Uint8Array) return content
  if (content instanceof ArrayBuffer) return new Uint8Array(content)
  if (typeof content !== 'string') throw invalidArgument('put takes bytes or text: use upload for paths and streams')
  if (!content.isWellFormed()) throw invalidArgument('the text holds half of a surrogate pair and has no UTF-8 form')
  return new TextEncoder().encode(content)
}

// oxlint-disable-next-line typescript/require-await -- the contract is an asynchronous iterable
async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
}
