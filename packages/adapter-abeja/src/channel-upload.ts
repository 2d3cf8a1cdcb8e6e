import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { RequestBody } from '@stowage/http'
import type { AbejaFile } from './answers.ts'
import type { AbejaChannelFilesClient } from './channel-files-client.ts'
import { filesPerPage } from './channel-versions.ts'
import type { AbejaLifetime } from './lifetime.ts'
import { isLost } from './lost-answer.ts'
import { formatMark, type Mark, markName } from './mark.ts'
import type { AbejaMetadata, MetadataCase } from './metadata.ts'
import { gatherSmall } from './upload-source.ts'
import type { AbejaCallOptions } from './wire.ts'

/** A file on its way into a channel. */
export interface ChannelUpload {
  /** The channel. */
  readonly channelId: string
  /** The bytes. */
  readonly body: RequestBody
  /** Its media type; undefined for none. */
  readonly contentType: string | undefined
  /** All its metadata but the mark, `filename` included. */
  readonly metadata: AbejaMetadata
  /** What happens to capital letters in names of metadata. */
  readonly metadataCase: MetadataCase
  /** How long it is kept. */
  readonly lifetime: AbejaLifetime | undefined
  /** Fails with 409 where another file has the same value under this name of metadata. */
  readonly conflictTarget: string | undefined
  /** Gives the CRC32 of what was read from the source, where somebody computes it already. */
  readonly crc32?: (() => string) | undefined
}

/** What was uploaded. */
export interface ChannelUploadResult {
  /** The file, as the service answered. */
  readonly file: AbejaFile
  /** What was noted of it, complete. */
  readonly mark: Mark
}

/** Files up to this size are read before they are sent: their checksum then goes with them, which saves a request. */
const gatheredBytes = 1024 * 1024

/**
 * Uploads a file with a mark of its length and checksum in its metadata.
 *
 * Metadata goes before the bytes. Of what is too large to gather the checksum is known only after the last byte, and is added to the
 * metadata then; when that fails the new file is deleted again. When the answer of the upload is lost, the file is looked for by the
 * attempt's own id, and nothing is sent twice.
 *
 * @param sizeOf - finds out how many bytes the service has of a file
 * @param onAttempt - told the id of the attempt before it is made
 */
export async function uploadToChannel(
  client: AbejaChannelFilesClient,
  upload: ChannelUpload,
  sizeOf: (file: AbejaFile) => Promise<number>,
  call: AbejaCallOptions,
  onAttempt: (attempt: string, mark: Mark) => void = () => {},
): Promise<ChannelUploadResult> {
  const body = await gatherSmall(upload.body, gatheredBytes)
  const attempt = randomUUID()
  // A media type that was left out is sent as another one.
  const contentType = upload.contentType === undefined ? '' : undefined
  const mark =
    body instanceof Uint8Array
      ? { sizeBytes: body.byteLength, crc32: hex(crc32(body)), upload: attempt, contentType }
      : { sizeBytes: body.sizeBytes, upload: attempt, contentType }
  onAttempt(attempt, mark)
  const metered = body instanceof Uint8Array ? undefined : meter(body, upload.crc32)
  const arrived = async (): Promise<AbejaFile | undefined> => {
    const sizeBytes = metered === undefined ? mark.sizeBytes : metered.wholeBytes()
    // Before a source was read to its end nobody can have all of it.
    const found = sizeBytes === undefined ? undefined : await findAttempt(client, upload.channelId, attempt, call)
    if (found === undefined) return undefined
    // What broke off on its way may be there as well, in part.
    if ((await sizeOf(found)) === sizeBytes) return found
    await client.deleteChannelFile(upload.channelId, found.fileId, call)
    return undefined
  }
  const file = await send(client, upload, metered?.body ?? body, mark, arrived, call)
  if (metered === undefined) return { file, mark }
  const whole = { ...mark, ...metered.facts() }
  return { file: await complete(client, upload, file, whole, call), mark: whole }
}

async function send(
  client: AbejaChannelFilesClient,
  upload: ChannelUpload,
  body: RequestBody,
  mark: Mark,
  arrived: () => Promise<AbejaFile | undefined>,
  call: AbejaCallOptions,
): Promise<AbejaFile> {
  const { channelId, contentType, metadataCase, lifetime, conflictTarget } = upload
  const metadata = withMark(upload, mark)
  const facts = { contentType, metadata, metadataCase, lifetime, conflictTarget }
  try {
    return await client.postChannelFileUpload(channelId, body, facts, call)
  } catch (error) {
    if (!isLost(error) || call.signal?.aborted === true) throw error
    // A look that fails leaves us with what is known: that the answer was lost.
    const found = await arrived().catch(() => undefined)
    if (found === undefined) throw error
    return found
  }
}

async function complete(
  client: AbejaChannelFilesClient,
  upload: ChannelUpload,
  { fileId }: AbejaFile,
  mark: Mark,
  call: AbejaCallOptions,
): Promise<AbejaFile> {
  const { channelId, metadataCase } = upload
  try {
    return await client.putChannelFileMetadata(channelId, fileId, withMark(upload, mark), { ...call, metadataCase })
  } catch (error) {
    // An aborted call can't ask for anything any more, and a file that nobody was told of must not stay.
    await client.deleteChannelFile(channelId, fileId, { receipt: call.receipt }).catch(() => {})
    throw error
  }
}

/** Looks for what an attempt uploaded: by search, and among the newest files, for a search may lag. */
async function findAttempt(
  client: AbejaChannelFilesClient,
  channelId: string,
  attempt: string,
  call: AbejaCallOptions,
): Promise<AbejaFile | undefined> {
  const isOurs = ({ metadata }: AbejaFile): boolean => metadata[markName]?.includes(attempt) === true
  const queries = [
    { query: `x-abeja-meta-${markName}:${attempt}` },
    { sort: '-uploaded_at', itemsPerPage: filesPerPage },
  ]
  for (const query of queries) {
    const { items } = await client.listChannelFiles(channelId, query, call)
    const found = items.find(isOurs)
    if (found !== undefined) return found
  }
  return undefined
}

function withMark({ metadata }: ChannelUpload, mark: Mark): AbejaMetadata {
  return { ...metadata, [markName]: formatMark(mark) }
}

/** A body that is measured while it is sent. */
interface MeteredBody {
  readonly body: RequestBody
  /** Its length and checksum. */
  readonly facts: () => Mark
  /** Its length once it was read to its end; undefined before. */
  readonly wholeBytes: () => number | undefined
}

function meter(source: Exclude<RequestBody, Uint8Array>, knownCrc32: (() => string) | undefined): MeteredBody {
  // Each reading counts for itself: one that was given up may still get a chunk.
  let last: Reading = { sizeBytes: 0, checksum: 0, isWhole: false }
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    const reading: Reading = (last = { sizeBytes: 0, checksum: 0, isWhole: false })
    for await (const chunk of source.open()) {
      reading.sizeBytes += chunk.byteLength
      if (knownCrc32 === undefined) reading.checksum = crc32(chunk, reading.checksum)
      yield chunk
    }
    reading.isWhole = true
  }
  const { sizeBytes: announced, isReopenable } = source
  return {
    body: { sizeBytes: announced, isReopenable, open },
    facts: () => ({ sizeBytes: last.sizeBytes, crc32: knownCrc32?.() ?? hex(last.checksum) }),
    wholeBytes: () => (last.isWhole ? last.sizeBytes : undefined),
  }
}

interface Reading {
  sizeBytes: number
  checksum: number
  isWhole: boolean
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}
