import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  type File,
  StorageError,
  type Transfer,
  type TransferProgress,
  type TransferStatus,
  type UploadResult,
} from '@stowage/core'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { inChunks, patternBytes } from './file-content.ts'
import { TransferWatch } from './transfer-watch.ts'

const writing: CheckOptions = { needs: ['files.write'] }
const content = patternBytes(500_000)
const known = { sizeBytes: content.byteLength }

/** A transfer tells where it stands, and ends once. */
export const transferStatusChecks: readonly Check[] = [
  check('transfers/upload-status', 'an upload is ready, then active, then finished, once', writing, async (context) => {
    const upload = startUpload(await makeFile(context))
    const watch = new TransferWatch(upload)
    await upload
    watch.checkEnd('finished')
  }),
  check(
    'transfers/download-status',
    'a download is ready, then active, then finished, once',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = await makeFile(context)
      await file.put(content)
      const download = file.download(join(await context.temporaryDirectory(), 'copy.bin'))
      const watch = new TransferWatch(download)
      await download
      watch.checkEnd('finished')
    },
  ),
  check(
    'transfers/failed-status',
    'a transfer that fails is ready, then active, then error, once, and says why',
    writing,
    async (context) => {
      const upload = startFailing(await makeFile(context))
      const watch = new TransferWatch(upload)
      const error = await expectError(upload, 'unavailable')
      watch.checkEnd('error')
      assert.equal(upload.reason, error.message)
      assert.ok(error.backend !== undefined && error.operation !== undefined && error.resource !== undefined)
    },
  ),
  check(
    'transfers/own-start',
    'a transfer starts by itself, just after the call that made it returns',
    writing,
    async (context) => {
      const upload = startUpload(await makeFile(context))
      assert.equal(upload.status, 'ready')
      const watch = new TransferWatch(upload)
      await poll(() => upload.status === 'finished', 'an upload that nobody awaits does not finish')
      watch.checkEnd('finished')
    },
  ),
  check(
    'transfers/awaited-twice',
    'a transfer can be awaited as often as you like, with one outcome',
    writing,
    async (context) => {
      const upload = startUpload(await makeFile(context))
      const [first, second] = await Promise.all([upload, upload])
      assert.equal(first, second)
      assert.equal(await upload, first)
      const failing = startFailing(await makeFile(context))
      const outcomes = await Promise.allSettled([failing, failing])
      const [one, other] = outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown))
      assert.ok(StorageError.is(one, 'unavailable'))
      assert.equal(one, other)
      let isCalled = false
      await assert.rejects(failing.finally(() => (isCalled = true)))
      assert.ok(isCalled)
      assert.equal(await failing.catch(() => 'caught'), 'caught')
    },
  ),
  check(
    'transfers/listener-throws',
    'a listener that throws becomes a warning and disturbs neither the transfer nor other listeners',
    writing,
    async (context) => {
      const warnings: Error[] = []
      const note = (warning: Error): void => void warnings.push(warning)
      process.on('warning', note)
      context.defer(() => process.off('warning', note))
      const upload = startUpload(await makeFile(context))
      const fail = (): never => {
        throw new Error('the listener broke')
      }
      upload.onStatus(fail)
      upload.onProgress(fail)
      const watch = new TransferWatch(upload)
      await upload
      watch.checkEnd('finished')
      const told = (): boolean => warnings.some(({ message }) => message.includes('the listener broke'))
      await poll(told, 'there is no process warning', 2000)
    },
  ),
  check('transfers/listener-removed', 'a listener that was taken away is not called', writing, async (context) => {
    const upload = startUpload(await makeFile(context))
    const heard: unknown[] = []
    const removals = [upload.onStatus((status) => heard.push(status)), upload.onProgress((one) => heard.push(one))]
    for (const remove of removals) remove()
    await upload
    assert.deepEqual(heard, [])
  }),
  check(
    'transfers/late-look',
    'whoever looks at a transfer after its end sees the end, and hears of no more',
    writing,
    async (context) => {
      const file = await makeFile(context)
      for (const start of [startUpload, startFailing]) {
        const upload = start(file)
        await Promise.allSettled([upload])
        const heard: TransferStatus[] = []
        upload.onStatus((status) => heard.push(status))
        const { status, reason, progress } = upload
        await upload.abort()
        upload.pause()
        upload.resume()
        assert.deepEqual([upload.status, upload.reason, upload.isPaused], [status, reason, false])
        assert.deepEqual(
          [upload.progress.transferred, upload.progress.percentage],
          [progress.transferred, progress.percentage],
        )
        assert.deepEqual(heard, [])
      }
    },
  ),
  check(
    'transfers/iterated',
    'iterating a transfer gives progress, the last of it at the end, and ends',
    writing,
    async (context) => {
      const upload = startUpload(await makeFile(context))
      const seen = await collect(upload)
      assert.ok(seen.slice(0, -1).every(({ percentage }) => percentage < 100))
      assert.deepEqual(endOf(seen), [content.byteLength, 100])
      const again = await collect(upload)
      assert.deepEqual([again.length, ...endOf(again)], [1, content.byteLength, 100])
    },
  ),
  check('transfers/iterated-failing', 'iterating a transfer that fails fails as it does', writing, async (context) => {
    const upload = startFailing(await makeFile(context))
    await expectError(collect(upload), 'unavailable')
    await expectError(collect(upload), 'unavailable')
    await expectError(upload, 'unavailable')
  }),
  check('transfers/unobserved', 'a failure that nobody awaits is an unhandled rejection', writing, async (context) => {
    const file = await makeFile(context)
    await file.put('old')
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    // The test runner listens as well, and would take it for a failure of its own.
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', note)
    const restore = (): void => {
      process.off('unhandledRejection', note)
      for (const listener of listeners) process.on('unhandledRejection', listener)
    }
    try {
      const upload = startFailing(file)
      await poll(() => upload.status === 'error', 'the upload does not fail')
      await poll(() => unhandled.length > 0, 'the failure does not surface', 2000)
    } finally {
      restore()
    }
    assert.equal(unhandled.length, 1)
    assert.ok(StorageError.is(unhandled[0], 'unavailable'))
  }),
]

async function makeFile(context: CheckContext): Promise<File> {
  return (await context.files()).file('a/b.bin')
}

function startUpload(file: File): Transfer<UploadResult> {
  return file.upload(inChunks(content, 50_000), known)
}

function startFailing(file: File): Transfer<UploadResult> {
  const source = inChunks(content, 50_000, (index) => {
    if (index === 5) throw new Error('the source broke')
  })
  return file.upload(source, known)
}

function endOf(seen: readonly TransferProgress[]): unknown[] {
  const last = seen.at(-1)
  return [last?.transferred, last?.percentage]
}
