import { randomBytes } from 'node:crypto'
import { StorageError } from '@stowage/core'
import { type FileContent, interceptDriver, type ReadFileRequest } from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { makeBucket, openMemory } from './embedded.ts'

const bytes = randomBytes(300_000)

type Read = (request: ReadFileRequest) => Promise<FileContent>

/** A file of a backend whose reads go through `answer`, told how many there were before. */
async function openFile(answer: (nth: number, request: ReadFileRequest, read: Read) => Promise<FileContent>) {
  let reads = 0
  const storage = await openMemory((driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation !== 'files.read') return next(call)
      if (reads > 20) throw new Error('asked for ever')
      const request = { ...(call.request as ReadFileRequest), mayLend: false }
      return answer(reads++, request, async (changed) => (await next({ ...call, request: changed })) as FileContent)
    }),
  )
  const file = (await makeBucket(storage)).file('a')
  await file.put(bytes)
  return file
}

async function* breakAfter(body: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let left = sizeBytes
  for await (const chunk of body) {
    if (chunk.byteLength > left) yield chunk.subarray(0, left)
    else yield chunk
    left -= Math.min(left, chunk.byteLength)
    if (left === 0) throw new StorageError({ code: 'unavailable', message: 'the connection broke' })
  }
}

async function broken(read: Promise<FileContent>, sizeBytes: number): Promise<FileContent> {
  const content = await read
  return { ...content, body: breakAfter(content.body, sizeBytes) }
}

test('a backend that ignores the range of a resumed read is found out, and not asked for ever', async () => {
  const file = await openFile((nth, request, read) =>
    nth === 0 ? broken(read(request), 1000) : read({ ...request, range: undefined }),
  )
  const failure = {
    code: 'corrupt-data',
    retryable: false,
    message: expect.stringContaining('another range') as string,
  }
  await expect(file.get()).rejects.toMatchObject(failure)
})

test('a body longer than announced fails before a byte too many is given', async () => {
  const file = await openFile(async (_nth, request, read) => {
    const content = await read(request)
    return { ...content, sizeBytes: 10 }
  })
  let given = 0
  const reading = async (): Promise<void> => {
    for await (const chunk of file.stream()) given += chunk.byteLength
  }
  await expect(reading()).rejects.toMatchObject({ code: 'corrupt-data' })
  expect(given).toBeLessThanOrEqual(10)
})

test('a resumed read that gives another version in spite of the condition fails with conflict', async () => {
  const file = await openFile(async (nth, request, read) => {
    if (nth === 0) return broken(read(request), 1000)
    const content = await read({ ...request, ifEtag: undefined })
    return { ...content, file: { ...content.file, etag: 'another' } }
  })
  await expect(file.get()).rejects.toMatchObject({ code: 'conflict' })
})

test('a connection that breaks after the last byte costs nothing', async () => {
  const file = await openFile((_nth, request, read) => broken(read(request), bytes.byteLength))
  expect(Buffer.from(await file.get()).equals(bytes)).toBe(true)
})
