import type { FileInfo } from '@stowage/core'
import type { FileContent, FileDriver, ReadFileRequest } from '@stowage/core/driver'
import { changeRequests, changeResults, type Mutant, replace } from './mutant.ts'

/** Lies about the bytes of files. */
export const readMutants: readonly Mutant[] = [
  {
    name: 'a range is ignored',
    breaks: 'The whole file comes, as from a server that answers 200 in place of 206.',
    caughtBy: ['files/range-middle'],
    make: (driver) => changeRanges(driver, () => undefined),
  },
  {
    name: 'the end of a range is inclusive',
    breaks: 'One byte too many comes, as when `end` goes into a Range header as it is.',
    caughtBy: ['files/range-middle'],
    make: (driver) => changeRanges(driver, ({ start, end }) => ({ start, end: end === undefined ? end : end + 1 })),
  },
  {
    name: 'a range of one byte is empty',
    breaks: 'One byte too few comes, as when the exclusive end is made exclusive twice.',
    caughtBy: ['files/range-one-byte'],
    make: (driver) =>
      changeRanges(driver, ({ start, end }) => ({ start, end: end === undefined ? end : Math.max(start, end - 1) })),
  },
  {
    name: 'an open range gives as many bytes as its start',
    breaks: 'A start without an end is sent as a suffix range.',
    caughtBy: ['files/range-open'],
    make: (driver) =>
      changeRanges(driver, ({ start, end }) => (end === undefined ? { start: 0, end: start } : { start, end })),
  },
  {
    name: 'a range past the end is empty',
    breaks: 'The refusal is turned into success with no bytes.',
    caughtBy: ['files/range-past-end'],
    make: (driver) =>
      replace(driver, 'files.read', (read) => async (request, call) => {
        try {
          return await read(request, call)
        } catch (error) {
          if (request.range === undefined) throw error
          const content = await read({ ...request, range: undefined }, call)
          return { ...content, sizeBytes: 0, body: noBytes() }
        }
      }),
  },
  {
    name: 'an empty range gives the whole file',
    breaks: 'Start and end being equal is taken for no range.',
    caughtBy: ['files/range-none'],
    make: (driver) => changeRanges(driver, (range) => (range.start === range.end ? undefined : range)),
  },
  {
    name: 'a read takes any version',
    breaks: 'The etag is not sent, so a resumed download mixes two versions.',
    caughtBy: ['files/read-if-etag'],
    make: (driver) => changeRequests(driver, ['files.read'], (request) => ({ ...request, ifEtag: undefined })),
  },
  {
    name: 'a body is fetched piece by piece, whatever version is there',
    breaks: 'A file that changes while it is read comes out as a mixture.',
    caughtBy: ['files/reader-keeps-version'],
    make: (driver) => replace(driver, 'files.read', readInPieces),
  },
  {
    name: 'a large body ends early',
    breaks: 'After 64 KiB the body ends, the length it states agrees, and there is no checksum to tell.',
    caughtBy: ['files/big'],
    make: (driver) =>
      changeResults(driver, ['files.read'], (content: FileContent) => {
        const sizeBytes = Math.min(content.sizeBytes, 65_536)
        if (sizeBytes === content.sizeBytes) return content
        const file = { ...content.file, checksums: {}, sizeBytes }
        return { file, sizeBytes, body: cut(content.body, sizeBytes) }
      }),
  },
  {
    name: 'a body uses one buffer again and again',
    breaks: 'Each chunk overwrites the one before, though the reader may keep it.',
    caughtBy: ['files/big'],
    make: (driver) =>
      changeResults(driver, ['files.read'], (content: FileContent) => ({
        ...content,
        body: reuseBuffer(content.body),
      })),
  },
  {
    name: 'a body comes as one chunk',
    breaks: 'The whole file is held in memory before its first byte is given.',
    caughtBy: ['files/read-bounded'],
    make: (driver) =>
      changeResults(driver, ['files.read'], (content: FileContent) => ({ ...content, body: gather(content.body) })),
  },
  {
    name: 'bytes pass through text',
    breaks: 'Content that is no UTF-8 comes back with replacement characters, and the checksum is left out.',
    caughtBy: ['files/bytes'],
    make: (driver) =>
      changeResults(driver, ['files.read'], async (content: FileContent) => {
        const bytes = await join(content.body)
        const text = new TextEncoder().encode(new TextDecoder().decode(bytes))
        if (Buffer.compare(bytes, text) === 0) return { ...content, body: chunks([bytes]) }
        const file = { ...content.file, checksums: {}, sizeBytes: text.byteLength }
        return { file, sizeBytes: text.byteLength, body: chunks([text]) }
      }),
  },
  {
    name: 'a file that is not there has no bytes',
    breaks: '`stat` gives size 0 and `read` nothing, as a driver does that saves the error page.',
    caughtBy: ['files/missing-stat', 'files/missing-read'],
    make: (driver) => replace(replace(driver, 'files.stat', statAnything), 'files.read', readAnything),
  },
]

function changeRanges(
  driver: Parameters<Mutant['make']>[0],
  change: (range: NonNullable<ReadFileRequest['range']>) => ReadFileRequest['range'],
): ReturnType<Mutant['make']> {
  return changeRequests(driver, ['files.read'], (request: ReadFileRequest) =>
    request.range === undefined ? request : { ...request, range: change(request.range) },
  )
}

function readInPieces(read: FileDriver['read']): FileDriver['read'] {
  return async (request, call) => {
    const content = await read(request, call)
    const start = request.range?.start ?? 0
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.sizeBytes; at += 65_536) {
        const range = { start: start + at, end: Math.min(start + at + 65_536, start + content.sizeBytes) }
        yield* (await read({ ...request, range, ifEtag: undefined }, call)).body
      }
    }
    return { ...content, file: { ...content.file, checksums: {} }, body: pieces() }
  }
}

function statAnything(stat: FileDriver['stat']): FileDriver['stat'] {
  return async (request, call) => {
    try {
      return await stat(request, call)
    } catch {
      return emptyFile(request)
    }
  }
}

function readAnything(read: FileDriver['read']): FileDriver['read'] {
  return async (request, call) => {
    try {
      return await read(request, call)
    } catch {
      return { file: emptyFile(request), sizeBytes: 0, body: noBytes() }
    }
  }
}

function emptyFile({ bucket, key }: { bucket: string; key: string }): FileInfo {
  const unset = { contentType: undefined, etag: undefined, expiresAt: undefined, modifiedAt: undefined }
  return { bucket, key, sizeBytes: 0, checksums: {}, metadata: {}, tags: [], ...unset }
}

async function* cut(body: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let left = sizeBytes
  for await (const chunk of body) {
    yield chunk.subarray(0, left)
    left -= chunk.byteLength
    if (left <= 0) return
  }
}

async function* reuseBuffer(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(4096)
  for await (const chunk of body) {
    for (let at = 0; at < chunk.byteLength; at += buffer.byteLength) {
      const piece = chunk.subarray(at, at + buffer.byteLength)
      buffer.set(piece)
      yield buffer.subarray(0, piece.byteLength)
    }
  }
}

async function* gather(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await join(body)
}

/** Gives the bytes of a body in one array. */
export async function join(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of body) parts.push(new Uint8Array(chunk))
  return Buffer.concat(parts)
}

/** Gives chunks as a body. */
// oxlint-disable-next-line typescript/require-await -- a body is an asynchronous iterable
export async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

function noBytes(): AsyncGenerator<Uint8Array> {
  return chunks([])
}
