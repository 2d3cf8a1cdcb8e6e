import type { ByteRange } from '../contract/file.ts'
import type { CallContext } from '../driver/call.ts'
import type { FileContent, FileRequest, ReadFileRequest } from '../driver/file-driver.ts'
import { StorageError } from '../errors/storage-error.ts'
import type { CallPlace, Session } from './session.ts'

/** How often a body that broke off is taken up again without any byte in between. */
const maxResumes = 3

/** A file being read: what it is, how many bytes come, and the bytes. */
export interface OpenFile {
  /** What `read` of the driver gave. */
  readonly content: FileContent
  /** The bytes; a dropped connection is taken up again where it broke off. */
  readonly body: AsyncGenerator<Uint8Array, void, undefined>
}

/** What of a file is read. */
export interface Wanted {
  /** These bytes; all when left out. */
  readonly range?: ByteRange | undefined
  /** Only this version; whatever is there when left out. */
  readonly ifEtag?: string | undefined
}

/**
 * Begins to read a file; the body carries on over dropped connections where the backend reads ranges.
 *
 * @param mayLend - whether chunks may be lent; not where an app gets to see them
 */
export async function openFile(
  session: Session,
  request: FileRequest,
  { range, ifEtag }: Wanted,
  place: CallPlace,
  call: CallContext,
  mayLend = true,
): Promise<OpenFile> {
  const readRequest = { ...request, mayLend }
  const content = await session.files.read({ ...readRequest, range, ifEtag }, call)
  await refuse(content, faultOfRange(content, lengthOf(content, range)))
  return { content, body: resumableBody(session, readRequest, range, content, place, call) }
}

async function* resumableBody(
  session: Session,
  request: FileRequest & Pick<ReadFileRequest, 'mayLend'>,
  range: ByteRange | undefined,
  first: FileContent,
  place: CallPlace,
  call: CallContext,
): AsyncGenerator<Uint8Array, void, undefined> {
  const start = range?.start ?? 0
  const end = start + first.sizeBytes
  let position = start
  let content = first
  let failures = 0
  for (;;) {
    try {
      for await (const chunk of content.body) {
        if (position + chunk.byteLength > end) throw tooLong(end - start)
        call.receipt.bytesReceived += chunk.byteLength
        yield chunk
        position += chunk.byteLength
        failures = 0
      }
      if (position === end) return
      throw cutOff(position - start, end - start)
    } catch (error) {
      const explained = session.explain(error, place, call.signal)
      failures += 1
      if (!canResume(session, explained, first, failures)) throw explained
      // Every byte is there, and no range is left to ask for.
      if (position === end) return
      call.receipt.retries += 1
      // The version is pinned: bytes of another one must never follow those of this one.
      content = await session.files.read({ ...request, range: { start: position, end }, ifEtag: first.file.etag }, call)
      await refuse(content, faultOfVersion(content, first) ?? faultOfRange(content, end - position))
    }
  }
}

/** How many bytes a range of a file has. */
function lengthOf({ file }: FileContent, range: ByteRange | undefined): number {
  if (range === undefined) return file.sizeBytes
  return Math.max(0, Math.min(range.end ?? file.sizeBytes, file.sizeBytes) - range.start)
}

async function refuse(content: FileContent, fault: StorageError | undefined): Promise<void> {
  if (fault === undefined) return
  await content.body[Symbol.asyncIterator]().return?.()
  throw fault
}

// A backend that ignores the condition would have two versions mixed,
function faultOfVersion(content: FileContent, first: FileContent): StorageError | undefined {
  if (content.file.etag === first.file.etag) return undefined
  const message = 'the file changed while it was read, and the backend gave the new version: read it again'
  return new StorageError({ code: 'conflict', message })
}

// and one that ignores the range, bytes nobody asked for.
function faultOfRange({ sizeBytes: got }: FileContent, wanted: number): StorageError | undefined {
  if (got === wanted) return undefined
  const message = `the backend gave another range than it was asked for: ${got} bytes in place of ${wanted}`
  return new StorageError({ code: 'corrupt-data', message, details: { got, wanted } })
}

function canResume(session: Session, error: StorageError, first: FileContent, failures: number): boolean {
  const hasRange = session.driver.capabilities.operations['files.range']?.kind === 'native'
  return hasRange && error.retryable && first.file.etag !== undefined && failures <= maxResumes
}

function tooLong(wanted: number): StorageError {
  const message = `the backend sent more than the ${wanted} bytes it had announced`
  return new StorageError({ code: 'corrupt-data', message, details: { wanted } })
}

function cutOff(got: number, wanted: number): StorageError {
  const message = `the backend sent ${got} of ${wanted} bytes and ended`
  return new StorageError({ code: 'corrupt-data', message, retryable: true, details: { got, wanted } })
}
