import { crc32 } from 'node:zlib'
import { type ByteSource, type FileDriver, StorageError, type WriteFileRequest } from '@stowage/core/driver'
import { freeCall, changeRequests, type Mutant, replace } from './mutant.ts'
import { chunks, join } from './read-mutants.ts'

const mebibyte = 1_048_576

/** Lies about writing files. */
export const writeMutants: readonly Mutant[] = [
  {
    name: 'a write deletes the old file first',
    breaks: 'When the upload then fails, what was there is lost.',
    caughtBy: ['files/broken-source', 'files/aborted-write'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const { bucket, key, condition } = request
        if (condition.kind === 'replace') await driver.files?.delete({ bucket, key }, freeCall()).catch(() => undefined)
        return write(request, call)
      }),
  },
  {
    name: 'a failed write cleans up what was there',
    breaks: 'The key is deleted to leave nothing half-made, and the old file goes with it.',
    caughtBy: ['files/broken-source', 'files/create-only'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        try {
          return await write(request, call)
        } catch (error) {
          const { bucket, key } = request
          await driver.files?.delete({ bucket, key }, freeCall()).catch(() => undefined)
          throw error
        }
      }),
  },
  {
    name: 'what came of a broken source is published',
    breaks: 'A source that fails half way ends the file there, and the write succeeds.',
    caughtBy: ['files/broken-source'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request, call) => write(withSource(request, untilFailure), call)),
  },
  {
    name: 'a source that is too short is published',
    breaks: 'The declared length is not compared with what came.',
    caughtBy: ['files/short-source'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request, call) => write(withSource(request, untilTooShort), call)),
  },
  {
    name: 'what came before an abort is published',
    breaks: 'The signal is not looked at, and the broken source ends the file.',
    caughtBy: ['files/aborted-write'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request) => write(withSource(request, untilFailure), freeCall())),
  },
  {
    name: 'an upload shows as an empty file while it is under way',
    breaks: 'The name is reserved by an empty file, which a failure leaves behind.',
    caughtBy: ['files/nothing-half-made'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const condition = { kind: 'create' } as const
        const bytes = new Uint8Array()
        const source = { sizeBytes: 0, isReopenable: true, bytes, open: () => chunks([]) }
        const empty = { ...request, condition, source, crc32: () => '00000000' }
        if (request.condition.kind === 'replace') await write(empty, freeCall()).catch(() => undefined)
        return write(request, call)
      }),
  },
  {
    name: 'a write is acknowledged before it is done',
    breaks: 'The answer comes at once, the file later, and a failure never.',
    caughtBy: ['files/bytes'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const bytes = request.source.bytes ?? (await join(request.source.open()))
        setTimeout(
          () =>
            void write(
              withSource(request, () => memorySource(bytes)),
              freeCall(),
            ).catch(() => undefined),
          50,
        )
        const { bucket, key } = request
        const found = await driver.files?.stat({ bucket, key }, call).catch(() => undefined)
        const { attributes } = request
        const info = { bucket, key, sizeBytes: bytes.byteLength, etag: 'soon', checksums: {}, modifiedAt: new Date() }
        return { ...found, ...attributes, ...info }
      }),
  },
  {
    name: 'a file that must not be replaced is replaced',
    breaks: '`overwrite: false` is not sent.',
    caughtBy: ['files/create-only'],
    make: (driver) => changeConditions(driver, 'create'),
  },
  {
    name: 'two creators of a file both succeed',
    breaks: 'Whether it is there is looked up before the write, not with it.',
    caughtBy: ['concurrency/create-file'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const { bucket, key, condition } = request
        if (condition.kind !== 'create') return write(request, call)
        const isThere = await driver.files?.stat({ bucket, key }, call).then(
          () => true,
          () => false,
        )
        await new Promise((resolve) => setTimeout(resolve, 2))
        return write(isThere ? request : { ...request, condition: { kind: 'replace' } }, call)
      }),
  },
  {
    name: 'a write replaces any version',
    breaks: 'The etag is not sent, so another writer’s version is lost.',
    caughtBy: ['files/write-if-etag'],
    make: (driver) => changeConditions(driver, 'etag'),
  },
  {
    name: 'a source that is too long is cut',
    breaks: 'Bytes beyond the declared length are left out, and the write succeeds.',
    caughtBy: ['files/long-source'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request, call) => write(withSource(request, cutToSize), call)),
  },
  {
    name: 'an empty file is not stored',
    breaks: 'A write of no bytes succeeds without being sent.',
    caughtBy: ['files/empty'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const info = await write(request, call)
        const { bucket, key } = request
        if (info.sizeBytes === 0) await driver.files?.delete({ bucket, key }, call)
        return info
      }),
  },
  {
    name: 'the last part of a file of whole parts is lost',
    breaks: 'A file of exactly n MiB is stored without its last one, and its stated length is the right one.',
    caughtBy: ['files/part-sizes'],
    make: (driver) => replace(driver, 'files.write', loseLastPart),
  },
  {
    name: 'a stream that was read is sent again',
    breaks: 'After a failure the write is repeated with what is left of the stream.',
    caughtBy: ['files/broken-source'],
    make: (driver) => replace(driver, 'files.write', sendRestAgain),
  },
  {
    name: 'line ends are changed',
    breaks: 'CR LF becomes LF in text files, and the checksum is made of the changed bytes.',
    caughtBy: ['files/text'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => async (request, call) => {
        const bytes = request.source.bytes ?? (await join(request.source.open()))
        const changed = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
        if (changed.byteLength === bytes.byteLength)
          return write(
            withSource(request, () => memorySource(bytes)),
            call,
          )
        const info = await write({ ...request, source: memorySource(changed), crc32: () => crc32Hex(changed) }, call)
        return { ...info, checksums: {}, sizeBytes: bytes.byteLength }
      }),
  },
  {
    name: 'an upload is gathered in memory',
    breaks: 'All chunks are held until the last one is there.',
    caughtBy: ['files/write-bounded'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request, call) => write(withSource(request, gathered), call)),
  },
  {
    name: 'an upload is at a part beyond the last',
    breaks: 'Parts are counted from 1 by one side and from 0 by the other.',
    caughtBy: ['transfers/parts'],
    make: (driver) =>
      replace(driver, 'files.write', (write) => (request, call) => {
        request.onPart(3, 2)
        return write(request, call)
      }),
  },
]

function changeConditions(
  driver: Parameters<Mutant['make']>[0],
  kind: WriteFileRequest['condition']['kind'],
): ReturnType<Mutant['make']> {
  return changeRequests(driver, ['files.write'], (request: WriteFileRequest) =>
    request.condition.kind === kind ? { ...request, condition: { kind: 'replace' } } : request,
  )
}

function withSource(request: WriteFileRequest, change: (source: ByteSource) => ByteSource): WriteFileRequest {
  return { ...request, source: change(request.source) }
}

function memorySource(bytes: Uint8Array): ByteSource {
  return { sizeBytes: bytes.byteLength, isReopenable: true, bytes, open: () => chunks([bytes]) }
}

/** A source whose failure is its end. */
function untilFailure(source: ByteSource): ByteSource {
  return endAt(source, () => true)
}

/** A source that may give fewer bytes than it declared. */
function untilTooShort(source: ByteSource): ByteSource {
  return endAt(source, (error) => StorageError.is(error, 'corrupt-data'))
}

function endAt(source: ByteSource, isEnd: (error: unknown) => boolean): ByteSource {
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* source.open()
    } catch (error) {
      // What came is taken for all.
      if (!isEnd(error)) throw error
    }
  }
  return { sizeBytes: undefined, isReopenable: false, bytes: undefined, open: read }
}

function gathered(source: ByteSource): ByteSource {
  async function* read(): AsyncGenerator<Uint8Array> {
    const held: Uint8Array[] = []
    for await (const chunk of source.open()) held.push(chunk)
    yield* held
  }
  return { sizeBytes: source.sizeBytes, isReopenable: false, bytes: undefined, open: read }
}

function cutToSize(source: ByteSource): ByteSource {
  const { sizeBytes } = source
  if (sizeBytes === undefined) return source
  async function* read(): AsyncGenerator<Uint8Array> {
    let left = sizeBytes ?? 0
    try {
      for await (const chunk of source.open()) {
        yield chunk.subarray(0, left)
        left = Math.max(0, left - chunk.byteLength)
      }
    } catch {
      // Whatever is wrong with the rest is not wanted.
    }
  }
  return { sizeBytes, isReopenable: false, bytes: undefined, open: read }
}

function loseLastPart(write: FileDriver['write']): FileDriver['write'] {
  return async (request, call) => {
    if ((request.source.sizeBytes ?? mebibyte) % mebibyte !== 0) return write(request, call)
    const bytes = request.source.bytes ?? (await join(request.source.open()))
    const isWhole = bytes.byteLength > 0 && bytes.byteLength % mebibyte === 0
    const kept = isWhole ? bytes.subarray(0, bytes.byteLength - mebibyte) : bytes
    const info = await write({ ...request, source: memorySource(kept), crc32: () => crc32Hex(kept) }, call)
    return { ...info, sizeBytes: bytes.byteLength, checksums: {} }
  }
}

function crc32Hex(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}

function sendRestAgain(write: FileDriver['write']): FileDriver['write'] {
  return async (request, call) => {
    if (request.source.isReopenable) return write(request, call)
    const rest = request.source.open()[Symbol.asyncIterator]()
    async function* read(): AsyncGenerator<Uint8Array> {
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
    }
    const source = { sizeBytes: undefined, isReopenable: false, bytes: undefined, open: read }
    try {
      return await write({ ...request, source }, call)
    } catch {
      return write({ ...request, source }, call)
    }
  }
}
