import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type File, type FileInput, StorageError, type UploadOptions } from '@stowage/core'
import { interceptDriver, type Layer, retryLayer } from '@stowage/core/driver'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, inChunks, mebibyte, patternBytes, readChunks } from './file-content.ts'
import { TransferWatch } from './transfer-watch.ts'

const reading: CheckOptions = { needs: ['files.write', 'files.read', 'files.range'], faults: ['drop-read'] }
const writing: CheckOptions = {
  needs: ['files.write', 'files.read', 'files.stat', 'files.list'],
  faults: ['drop-write'],
}
const expiring: CheckOptions = { needs: ['files.write', 'files.read'], faults: ['expire-urls'] }
const old = patternBytes(100_000, 1)
const content = patternBytes(2 * mebibyte + 3, 9)
const sizeBytes = content.byteLength
const offsets = [0, 1, 1000, 65_536, mebibyte - 1, mebibyte, sizeBytes - 1]
const retrying = retryLayer({ maxAttempts: 3, baseDelayMs: 1 })

/** Connections that break: reading goes on where it was, and writing is done whole or not at all. */
export const transferDropChecks: readonly Check[] = [
  check(
    'transfers/resume-download',
    'a download whose connection breaks, wherever, goes on there and has every byte',
    reading,
    async (context) => {
      const file = await makeReadable(context)
      const directory = await context.temporaryDirectory()
      for (const afterBytes of offsets) {
        await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes })
        const path = join(directory, `${afterBytes}.bin`)
        const download = file.download(path)
        const watch = new TransferWatch(download)
        const { receipt } = await download
        watch.checkEnd('finished')
        assertBytes(await readFile(path), content, `the download that broke after ${afterBytes} bytes`)
        assert.ok(receipt.retries >= 1, 'the retry is not counted')
      }
    },
  ),
  check(
    'transfers/resume-often',
    'a download whose connection breaks again and again has every byte',
    reading,
    async (context) => {
      const file = await makeReadable(context)
      await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 200_000, times: 9 })
      const path = join(await context.temporaryDirectory(), 'copy.bin')
      const { receipt } = await file.download(path)
      assertBytes(await readFile(path), content)
      assert.ok(receipt.retries >= 9)
    },
  ),
  check('transfers/resume-range', 'a range whose connection breaks has exactly its bytes', reading, async (context) => {
    const file = await makeReadable(context)
    const range = { start: 12_345, end: 1_234_567 }
    for (const afterBytes of [0, 70_000, range.end - range.start - 1]) {
      await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes })
      assertBytes(await file.get({ range }), content.subarray(range.start, range.end))
    }
  }),
  check(
    'transfers/resume-read',
    'reading to memory and as a stream goes on after a broken connection',
    reading,
    async (context) => {
      const file = await makeReadable(context)
      for (const afterBytes of [0, 100_000, sizeBytes - 1]) {
        await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes })
        assertBytes(await file.get(), content)
        await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes })
        assertBytes(await readChunks(file.stream()), content, 'the stream')
      }
    },
  ),
  check(
    'transfers/resume-in-vain',
    'a download that gets no byte further gives up, and leaves nothing',
    reading,
    async (context) => {
      const file = await makeReadable(context)
      await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 0, times: 100 })
      const directory = await context.temporaryDirectory()
      const before = context.log.calls.length
      await expectError(file.download(join(directory, 'copy.bin')), 'unavailable', 'timeout')
      assert.deepEqual(await readdir(directory), [])
      assert.ok(context.log.calls.length - before <= 10, 'it was tried too often')
    },
  ),
  check(
    'transfers/resume-changed',
    'a download that breaks while the file is replaced fails with conflict, and leaves nothing',
    reading,
    async (context) => {
      const file = await makeReadable(context)
      const other = patternBytes(sizeBytes, 10)
      await checkChanged(context, file, () => file.put(other), 'conflict')
      assertBytes(await file.get(), other)
    },
  ),
  check(
    'transfers/resume-deleted',
    'a download that breaks while the file is deleted fails, and leaves nothing',
    {
      ...reading,
      needs: [...(reading.needs ?? []), 'files.delete'],
    },
    async (context) => {
      const file = await makeReadable(context)
      await checkChanged(context, file, () => file.delete(), 'conflict', 'not-found')
    },
  ),
  check(
    'transfers/resume-expired',
    'a download that breaks after its URL has expired goes on with another one',
    {
      ...reading,
      faults: ['drop-read', 'expire-urls'],
    },
    async (context) => {
      const file = await makeReadable(context)
      const expire = (): Promise<void> => context.inject({ kind: 'expire-urls' })
      const other = context
        .openStorage([beforeRead(2, expire)])
        .bucket(file.bucketName)
        .file(file.key)
      await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 300_000 })
      const path = join(await context.temporaryDirectory(), 'copy.bin')
      await other.download(path)
      assertBytes(await readFile(path), content)
    },
  ),
  check('transfers/expired', 'what is moved after all signed URLs have expired arrives', expiring, async (context) => {
    const file = await makeContent(context)
    await context.inject({ kind: 'expire-urls' })
    const path = join(await context.temporaryDirectory(), 'copy.bin')
    await file.download(path)
    assertBytes(await readFile(path), content)
    await context.inject({ kind: 'expire-urls' })
    await file.upload(inChunks(old, 10_000), { sizeBytes: old.byteLength })
    await context.inject({ kind: 'expire-urls' })
    assertBytes(await file.get(), old)
  }),
  check(
    'transfers/dropped-upload',
    'an upload whose connection breaks leaves the old file, or none, unless it arrived whole all the same',
    writing,
    async (context) => {
      const path = join(await context.temporaryDirectory(), 'source.bin')
      await writeFile(path, content)
      for (const afterBytes of offsets) {
        await checkDropped(context, afterBytes, [], () => path)
        await checkDropped(context, afterBytes, [], () => inChunks(content, 100_000), { sizeBytes })
      }
    },
  ),
  check(
    'transfers/dropped-stream',
    'a stream whose connection breaks is read once, and never sent again, also where calls are retried',
    writing,
    async (context) => {
      for (const afterBytes of offsets) {
        await checkDropped(context, afterBytes, [retrying], () => inChunks(content, 100_000), { sizeBytes })
        let opened = 0
        const once: AsyncIterable<Uint8Array> = {
          [Symbol.asyncIterator]() {
            opened += 1
            return inChunks(content, 100_000)
          },
        }
        await checkDropped(context, afterBytes, [retrying], () => once, { sizeBytes }, 1)
        assert.ok(opened <= 1, `the stream was opened ${opened} times`)
      }
    },
  ),
  check(
    'transfers/dropped-unknown',
    'a stream of unknown length whose connection breaks leaves no short file',
    {
      ...writing,
      needs: [...(writing.needs ?? []), 'files.writeUnknownLength'],
    },
    async (context) => {
      for (const afterBytes of offsets) {
        await checkDropped(context, afterBytes, [], () => inChunks(content, 100_000))
        await checkDropped(context, afterBytes, [retrying], () => inChunks(content, 100_000))
      }
    },
  ),
  check(
    'transfers/dropped-retried',
    'a source that can be read again arrives whole where calls are retried',
    writing,
    async (context) => {
      const area = await context.files()
      const storage = context.openStorage([retrying])
      const file = storage.bucket(area.bucket.name).file(`${area.prefix}a/b.bin`)
      const path = join(await context.temporaryDirectory(), 'source.bin')
      await writeFile(path, content)
      for (const source of [path, content, new Blob([Uint8Array.from(content)])]) {
        for (const afterBytes of [0, 100_000, sizeBytes - 1]) {
          await file.put(old)
          await context.inject({ kind: 'drop-write', operation: 'files.write', afterBytes })
          const upload = file.upload(source)
          const { file: stored } = await upload
          assert.equal(stored.sizeBytes, sizeBytes)
          assert.deepEqual([upload.progress.transferred, upload.progress.percentage], [sizeBytes, 100])
          assertBytes(await file.get(), content)
        }
      }
      assert.equal(await area.file('fresh.bin').exists(), false)
      assert.deepEqual(await area.list(), ['a/b.bin'])
    },
  ),
]

async function makeContent(context: CheckContext): Promise<File> {
  const file = (await context.files()).file('a/b.bin')
  await file.put(content)
  return file
}

async function makeReadable(context: CheckContext): Promise<File> {
  const file = await makeContent(context)
  // Where ranges can't be read nothing goes on: the check has to end in that refusal, and not in what breaks.
  await file.get({ range: { start: 0, end: 1 } })
  return file
}

/** A layer that does something before a file is read for the nth time. */
function beforeRead(nth: number, act: () => Promise<unknown>): Layer {
  return (driver) => {
    let reads = 0
    return interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.read') {
        reads += 1
        if (reads === nth) await act()
      }
      return next(call)
    })
  }
}

/** Changes a file between the break of a download and its going on. */
async function checkChanged(
  context: CheckContext,
  file: File,
  change: () => Promise<unknown>,
  ...codes: readonly StorageError['code'][]
): Promise<void> {
  const other = context
    .openStorage([beforeRead(2, change)])
    .bucket(file.bucketName)
    .file(file.key)
  const directory = await context.temporaryDirectory()
  await context.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 500_000 })
  const download = other.download(join(directory, 'copy.bin'))
  const watch = new TransferWatch(download)
  await expectError(download, ...codes)
  watch.checkEnd('error')
  assert.deepEqual(await readdir(directory), [])
}

/** Uploads over a connection that breaks: onto a file that is there and, unless it can be read only once, onto none. */
async function checkDropped(
  context: CheckContext,
  afterBytes: number,
  layers: readonly Layer[],
  open: () => FileInput,
  options: UploadOptions = {},
  times = 2,
): Promise<void> {
  const area = await context.files()
  const bucket = context.openStorage(layers).bucket(area.bucket.name)
  await area.file('kept.bin').put(old)
  for (const name of ['kept.bin', 'fresh.bin'].slice(0, times)) {
    await context.inject({ kind: 'drop-write', operation: 'files.write', afterBytes })
    const upload = bucket.file(area.prefix + name).upload(open(), options)
    const watch = new TransferWatch(upload)
    const [outcome] = await Promise.allSettled([upload])
    const isStored = outcome.status === 'fulfilled'
    if (!isStored && (!StorageError.is(outcome.reason) || outcome.reason.code === 'unsupported')) throw outcome.reason
    assert.deepEqual(watch.statuses, ['ready', 'active', isStored ? 'finished' : 'error'])
    const what = `${name} after an upload that broke after ${afterBytes} bytes`
    if (isStored || name === 'kept.bin') assertBytes(await area.file(name).get(), isStored ? content : old, what)
    else assert.equal(await area.file(name).exists(), false, what)
    const isFresh = isStored && name === 'fresh.bin'
    assert.deepEqual(await area.list(), isFresh ? ['fresh.bin', 'kept.bin'] : ['kept.bin'])
  }
}
