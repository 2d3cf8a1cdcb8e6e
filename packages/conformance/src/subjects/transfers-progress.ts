import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { interceptDriver, type Layer } from '@stowage/core/driver'
import { type Check, check, type CheckOptions } from '../check.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, inChunks, mebibyte, partBytesOf, patternBytes } from './file-content.ts'
import { TransferWatch, watchReads } from './transfer-watch.ts'

const writing: CheckOptions = { needs: ['files.write'] }
const both: CheckOptions = { needs: ['files.write', 'files.read'] }
const content = patternBytes(2 * mebibyte + 5)
const sizeBytes = content.byteLength

/** Progress only grows, and says 100 exactly when the work is done. */
export const transferProgressChecks: readonly Check[] = [
  check(
    'transfers/upload-progress',
    'an upload says 100 exactly when the backend has confirmed it, and counts each byte once',
    writing,
    async (context) => {
      const confirmed: string[] = []
      const storage = context.openStorage([noteWrites(confirmed)])
      const area = await context.files()
      const file = storage.bucket(area.bucket.name).file(`${area.prefix}a/b.bin`)
      const upload = file.upload(
        inChunks(content, 100_000, () => watch.look()),
        { sizeBytes },
      )
      const watch = new TransferWatch(upload)
      const told: [isAtEnd: boolean, isConfirmed: boolean][] = []
      upload.onProgress(({ percentage }) => told.push([percentage === 100, confirmed.length > 0]))
      await upload
      watch.checkEnd('finished')
      assert.ok(
        told.every(([isAtEnd, isConfirmed]) => !isAtEnd || isConfirmed),
        'it said 100 before it was confirmed',
      )
      assert.ok(told.at(-1)?.[0])
      checkCount(watch, 'bytes')
    },
  ),
  check(
    'transfers/upload-progress-unknown',
    'an upload of unknown length says 0 until its end, and then 100',
    {
      needs: ['files.write', 'files.writeUnknownLength'],
    },
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const upload = file.upload(inChunks(content, 100_000, () => watch.look()))
      const watch = new TransferWatch(upload)
      await upload
      watch.checkEnd('finished')
      const before = watch.progress.filter(({ percentage }) => percentage !== 100)
      assert.ok(before.length > 10)
      for (const { total, percentage } of before) assert.deepEqual([total, percentage], [undefined, 0])
      assert.equal(upload.progress.total, sizeBytes)
    },
  ),
  check(
    'transfers/download-progress',
    'a download says 100 exactly when the file has its name, and counts each byte once',
    both,
    async (context) => {
      const area = await context.files()
      await area.file('a/b.bin').put(content)
      const path = join(await context.temporaryDirectory(), 'copy.bin')
      const storage = context.openStorage([watchReads(() => watch.look())])
      const download = storage.bucket(area.bucket.name).file(`${area.prefix}a/b.bin`).download(path)
      const watch = new TransferWatch(download)
      const told: [isAtEnd: boolean, size: number | undefined][] = []
      download.onProgress(({ percentage }) => told.push([percentage === 100, sizeOnDisk(path)]))
      await download
      watch.checkEnd('finished')
      checkCount(watch, 'bytes')
      assert.deepEqual(told.pop(), [true, sizeBytes])
      for (const [isAtEnd, size] of told) assert.deepEqual([isAtEnd, size], [false, undefined])
    },
  ),
  check(
    'transfers/empty-progress',
    'with nothing to move, progress is 0 until that is done, and then 100',
    both,
    async (context) => {
      const file = (await context.files()).file('empty.bin')
      const upload = file.upload(new Uint8Array())
      const uploadWatch = new TransferWatch(upload)
      uploadWatch.look()
      await upload
      uploadWatch.checkEnd('finished')
      const download = file.download(join(await context.temporaryDirectory(), 'copy.bin'))
      const downloadWatch = new TransferWatch(download)
      downloadWatch.look()
      await download
      downloadWatch.checkEnd('finished')
      for (const { progress } of [uploadWatch, downloadWatch])
        assert.deepEqual([progress[0]?.percentage, progress.at(-1)?.percentage, progress.at(-1)?.total], [0, 100, 0])
    },
  ),
  check(
    'transfers/failed-progress',
    'a transfer that fails after its last byte does not say 100',
    writing,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const last = Math.ceil(sizeBytes / 100_000)
      const source = inChunks(content, 100_000, (index) => {
        watch.look()
        if (index === last) throw new Error('the source broke')
      })
      const upload = file.upload(source, { sizeBytes })
      const watch = new TransferWatch(upload)
      await expectError(upload, 'unavailable')
      watch.checkEnd('error')
      assert.ok(watch.progress.every(({ percentage }) => percentage < 100))
    },
  ),
  check(
    'transfers/source-progress',
    'uploads from memory and from disk count each byte once',
    both,
    async (context) => {
      const area = await context.files()
      const path = join(await context.temporaryDirectory(), 'source.bin')
      writeFileSync(path, content)
      for (const source of [content, path, new Blob([Uint8Array.from(content)])]) {
        const file = area.file('a/b.bin')
        const upload = file.upload(source)
        const result = await upload
        assert.deepEqual([upload.progress.transferred, upload.progress.total], [sizeBytes, sizeBytes])
        assert.equal(result.receipt.bytesSent, sizeBytes)
        assertBytes(await file.get(), content)
      }
    },
  ),
  check(
    'transfers/progress-rate',
    'listeners hear at most every 100 ms, and once at the end, however small the chunks',
    writing,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const bytes = content.subarray(0, 20_000)
      const startMs = performance.now()
      const upload = file.upload(inChunks(bytes, 7), { sizeBytes: bytes.byteLength })
      let told = 0
      upload.onProgress(() => (told += 1))
      await upload
      const allowed = (performance.now() - startMs) / 100 + 2
      assert.ok(told >= 1 && told <= allowed, `they heard ${told} times`)
    },
  ),
  check(
    'transfers/parts',
    'the part being sent stays within the number of parts, and is the last one at the end',
    {
      ...writing,
      timeoutMs: 120_000,
    },
    async (context) => {
      const file = (await context.files()).file('parts.bin')
      const bytes = patternBytes(Math.ceil(2.5 * partBytesOf(context)))
      const source = inChunks(bytes, Math.ceil(bytes.byteLength / 20), () => watch.look())
      const upload = file.upload(source, { sizeBytes: bytes.byteLength })
      const watch = new TransferWatch(upload)
      await upload
      watch.checkEnd('finished')
      const parts = watch.progress.map(({ part }) => part)
      assert.deepEqual(
        parts,
        parts.toSorted((left, right) => left - right),
        'parts go back',
      )
      assert.equal(upload.progress.part, upload.progress.parts)
    },
  ),
  check(
    'transfers/receipts',
    'receipts count the bytes that were moved, and at least one request',
    both,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const upload = file.upload(inChunks(content, 100_000), { sizeBytes })
      const sent = await upload
      assert.deepEqual(upload.receipt, sent.receipt)
      assert.equal(sent.receipt.bytesSent, sizeBytes)
      const download = file.download(join(await context.temporaryDirectory(), 'copy.bin'))
      const received = await download
      assert.deepEqual(download.receipt, received.receipt)
      assert.equal(received.receipt.bytesReceived, sizeBytes)
      for (const { requests, retries } of [sent.receipt, received.receipt])
        assert.ok(requests >= 1 && retries === 0, `${requests} requests, ${retries} retries`)
    },
  ),
]

/** A layer that notes which writes were confirmed. */
function noteWrites(confirmed: string[]): Layer {
  return (driver) =>
    interceptDriver(driver, async (call, next) => {
      const result = await next(call)
      if (call.operation === 'files.write') confirmed.push(call.operation)
      return result
    })
}

function checkCount({ progress }: TransferWatch, unit: 'bytes' | 'rows'): void {
  const last = progress.at(-1)
  assert.deepEqual([last?.unit, last?.transferred, last?.total], [unit, sizeBytes, sizeBytes])
  assert.ok(progress.filter(({ percentage }) => percentage > 0 && percentage < 100).length > 5)
}

function sizeOnDisk(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
