import { createHash } from 'node:crypto'
import { readDocument } from './bucket-operations.ts'
import { checksumElement, uploadName } from './multipart-operations.ts'
import { checksumNames, startChecksum } from './checksums.ts'
import { combineCrc32 } from './crc32-combine.ts'
import type { MultipartUpload, StagedPart } from './multipart-uploads.ts'
import type { Operation, S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import { type ObjectContent, readCondition, writeObject } from './write-object.ts'
import { childrenOf, readXml, textOf, type XmlElement } from './xml-reader.ts'
import { textElement, xmlDocument } from './xml-writer.ts'

const mostParts = 10_000

/** CompleteMultipartUpload: puts the parts together in one write, after which they are gone. */
export const completeMultipartUpload: Operation = async (context, exchange) => {
  const { request, response } = exchange
  const { bucket, key } = request
  const listed = childrenOf(readXml(await readDocument(exchange), 'CompleteMultipartUpload'), 'Part')
  if (listed.length === 0 || listed.length > mostParts) throw new S3Error('MalformedXML')
  const condition = readCondition(request)
  const etag = await context.uploads.complete(uploadName(request), async (upload, signal) => {
    const parts = chooseParts(listed, upload)
    checkSizes(parts, context)
    const content = contentOf(parts, request)
    await writeObject(context, { bucket, key, attributes: upload.attributes, condition, signal }, content)
    return content.etag()
  })
  const location = `http://${request.headers.get('host') ?? ''}${request.rawPath}`
  const facts = { Location: location, Bucket: bucket, Key: key, ETag: `"${etag}"` }
  const elements = Object.entries(facts).map(([name, value]) => textElement(name, value))
  response.xml(xmlDocument('CompleteMultipartUploadResult', ...elements))
}

/** Finds the parts a client lists, which must be those that are there. */
function chooseParts(listed: readonly XmlElement[], { parts }: MultipartUpload): StagedPart[] {
  let previous = 0
  return listed.map((entry) => {
    const number = Number(textOf(entry, 'PartNumber') ?? 'none')
    if (!Number.isInteger(number)) throw new S3Error('MalformedXML')
    if (number <= previous) throw new S3Error('InvalidPartOrder')
    previous = number
    const part = parts.get(number)
    const etag = (textOf(entry, 'ETag') ?? '').trim().replace(/^"(.*)"$/, '$1')
    if (part === undefined || etag !== part.md5)
      throw new S3Error('InvalidPart', { fields: { PartNumber: String(number) } })
    for (const [header, value] of Object.entries(part.checksums)) {
      const stated = textOf(entry, checksumElement(header))
      if (stated !== undefined && stated !== value) {
        throw new S3Error('InvalidPart', { fields: { PartNumber: String(number) } })
      }
    }
    return part
  })
}

function checkSizes(parts: readonly StagedPart[], { minPartBytes }: S3Context): void {
  for (const { number, sizeBytes } of parts.slice(0, -1)) {
    if (sizeBytes >= minPartBytes) continue
    const fields = { PartNumber: String(number), ProposedSize: String(sizeBytes), MinSizeAllowed: String(minPartBytes) }
    throw new S3Error('EntityTooSmall', { fields })
  }
}

function contentOf(parts: readonly StagedPart[], request: S3Request): ObjectContent {
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  const stated = request.header('x-amz-mp-object-size')
  if (stated !== undefined && Number(stated) !== sizeBytes) {
    throw new S3Error('InvalidRequest', {
      message: `The parts have ${sizeBytes} bytes, x-amz-mp-object-size says ${stated}`,
    })
  }
  const md5s = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex')))
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`
  const crc = parts.reduce((first, part) => combineCrc32(first, part.crc32, part.sizeBytes), 0)
  return {
    sizeBytes,
    chunks: () => checkedChunks(parts, request),
    etag: () => etag,
    crc32: crc.toString(16).padStart(8, '0'),
  }
}

/** Gives the parts' bytes; fails after the last one when the object isn't what the request says it is. */
async function* checkedChunks(
  parts: readonly StagedPart[],
  request: S3Request,
): AsyncGenerator<Uint8Array, void, undefined> {
  const checks = checksumNames.flatMap((name) => {
    const header = `x-amz-checksum-${name}`
    const value = request.header(header)
    if (value === undefined) return []
    if (!value.includes('-')) return [{ value, running: startChecksum(name) }]
    checkComposite(parts, header, value, startChecksum(name))
    return []
  })
  for (const part of parts) {
    for await (const chunk of await part.open()) {
      for (const { running } of checks) running.update(chunk)
      yield chunk
    }
  }
  for (const { value, running } of checks) if (running.digest() !== value) throw new S3Error('BadDigest')
}

/** A checksum of the parts' checksums, and their number. */
function checkComposite(
  parts: readonly StagedPart[],
  header: string,
  value: string,
  running: ReturnType<typeof startChecksum>,
): void {
  for (const { checksums } of parts) running.update(Buffer.from(checksums[header] ?? '', 'base64'))
  if (`${running.digest()}-${parts.length}` !== value) throw new S3Error('BadDigest')
}
