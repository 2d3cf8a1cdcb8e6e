import type { ByteRange } from '../contract/file.ts'
import { ReceiptRecorder } from '../contract/receipt.ts'
import { Checksums } from '../bytes/checksum.ts'
import { readAll } from '../bytes/memory-sink.ts'
import type { FileRequest } from '../driver/file-driver.ts'
import { invalidArgument } from '../errors/storage-error.ts'
import type { CallOptions } from './call-options.ts'
import { checkOptions } from './names.ts'
import { openFile } from './resumable-body.ts'
import type { CallPlace, Session } from './session.ts'
import { verifyChecksums, wantedAlgorithms } from './verification.ts'

/** Options of reading a file. */
export interface ReadOptions extends CallOptions {
  /** Only these bytes. Default: all, and then the checksum is checked at the end where the backend keeps one. */
  readonly range?: ByteRange | undefined
  /** Only the version with this etag, as `stat` gave it; another one fails with `conflict`. Default: what is there. */
  readonly ifEtag?: string | undefined
}

/** Reads a file into one buffer of its size. */
export function readFile(session: Session, request: FileRequest, options: ReadOptions): Promise<Uint8Array> {
  const place = checkRead(session, request, options, 'file.get')
  return session.run(place, options, async (call) => {
    const { content, body } = await openFile(session, request, options, place, call)
    const bytes = await readAll(body, content.sizeBytes)
    if (options.range === undefined) {
      const checksums = new Checksums(wantedAlgorithms([], content.file.checksums))
      checksums.update(bytes)
      verifyChecksums(content.file, checksums.digest())
    }
    return bytes
  })
}

/** Reads a file as chunks; the checksum of a whole file is checked after the last one. */
export function streamFile(
  session: Session,
  request: FileRequest,
  options: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const place = checkRead(session, request, options, 'file.stream')
  return session.stream(
    place,
    options,
    async function* (call): AsyncGenerator<Uint8Array, void, undefined> {
      const { content, body } = await openFile(session, request, options, place, call, false)
      if (options.range !== undefined) return yield* body
      const checksums = new Checksums(wantedAlgorithms([], content.file.checksums))
      for await (const chunk of body) {
        checksums.update(chunk)
        yield chunk
      }
      verifyChecksums(content.file, checksums.digest())
    },
    new ReceiptRecorder(),
  )
}

function checkRead(session: Session, request: FileRequest, options: ReadOptions, verb: string): CallPlace {
  checkOptions(verb, options, ['range', 'ifEtag', 'signal', 'timeoutMs'])
  const place = { operation: 'files.read', resource: `${request.bucket}/${request.key}` }
  session.require('files.read', place)
  if (options.range !== undefined) {
    session.require('files.range', place)
    checkRange(options.range)
  }
  return place
}

/** Checks a range: whole numbers from 0, the end not before the start. */
export function checkRange({ start, end }: ByteRange): void {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  if (!isCount(start) || (end !== undefined && (!isCount(end) || end < start))) {
    throw invalidArgument(`range ${start} to ${end}: give whole numbers from 0, with end not before start`)
  }
}
