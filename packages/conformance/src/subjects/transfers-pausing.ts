import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Transfer } from '@stowage/core'
import { type Check, check, type CheckOptions } from '../check.ts'
import { expectError } from '../expectation.ts'
import { poll } from '../poll.ts'
import { assertBytes, inChunks, mebibyte, patternBytes } from './file-content.ts'
import { TransferWatch, watchReads } from './transfer-watch.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.read'] }
const content = patternBytes(2 * mebibyte, 4)
const chunkBytes = content.byteLength / 16
const sizeBytes = content.byteLength

/** A paused transfer holds, and goes on where it was. */
export const transferPauseChecks: readonly Check[] = [
  check(
    'transfers/pause-upload',
    'a paused upload takes nothing more from its source, then sends all the rest',
    needs,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      let asked = 0
      const source = inChunks(content, chunkBytes, (index) => {
        asked = index
        if (index === 3) upload.pause()
      })
      const upload: Transfer<unknown> = file.upload(source, { sizeBytes })
      const watch = new TransferWatch(upload)
      await checkHolds(upload, () => asked)
      assert.ok(asked < 8, `${asked} chunks were taken though it was paused at the third`)
      upload.resume()
      await upload
      watch.checkEnd('finished')
      assertBytes(await file.get(), content)
    },
  ),
  check(
    'transfers/pause-download',
    'a paused download writes nothing more and has no file yet, then gets all the rest',
    needs,
    async (context) => {
      const area = await context.files()
      await area.file('a/b.bin').put(content)
      const directory = await context.temporaryDirectory()
      let given = 0
      let hasPaused = false
      const layer = watchReads((bytes) => {
        given = bytes
        if (bytes >= 4 * 65_536 && !hasPaused) download.pause()
        hasPaused ||= bytes >= 4 * 65_536
      })
      const file = context.openStorage([layer]).bucket(area.bucket.name).file(`${area.prefix}a/b.bin`)
      const download: Transfer<unknown> = file.download(join(directory, 'copy.bin'))
      const watch = new TransferWatch(download)
      await checkHolds(download, () => given)
      assert.ok(!(await readdir(directory)).includes('copy.bin'))
      assert.ok(download.progress.transferred < sizeBytes)
      download.resume()
      await download
      watch.checkEnd('finished')
      assertBytes(await readFile(join(directory, 'copy.bin')), content)
      assert.deepEqual(await readdir(directory), ['copy.bin'])
    },
  ),
  check(
    'transfers/pause-before',
    'a transfer paused before it began moves nothing until it is resumed',
    needs,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const upload = file.upload(inChunks(content, chunkBytes), { sizeBytes })
      const watch = new TransferWatch(upload)
      upload.pause()
      upload.pause()
      await checkHolds(upload, () => upload.progress.transferred)
      assert.equal(upload.progress.transferred, 0)
      upload.resume()
      upload.resume()
      await upload
      watch.checkEnd('finished')
      assertBytes(await file.get(), content)
    },
  ),
  check(
    'transfers/pause-often',
    'a transfer that is paused and resumed again and again arrives whole',
    needs,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      const source = inChunks(content, chunkBytes, () => {
        upload.pause()
        setImmediate(() => upload.resume())
      })
      const upload: Transfer<unknown> = file.upload(source, { sizeBytes })
      const watch = new TransferWatch(upload)
      await upload
      watch.checkEnd('finished')
      assertBytes(await file.get(), content)
    },
  ),
  check(
    'transfers/pause-abort',
    'a paused transfer can be aborted, and leaves what was there',
    needs,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      await file.put('old')
      const source = inChunks(content, chunkBytes, (index) => index === 3 && upload.pause())
      const upload: Transfer<unknown> = file.upload(source, { sizeBytes })
      const watch = new TransferWatch(upload)
      await poll(() => upload.isPaused, 'the upload is not paused')
      await upload.abort()
      await expectError(upload, 'aborted')
      watch.checkEnd('stopped')
      assert.equal(upload.isPaused, false)
      assert.equal(await file.text(), 'old')
    },
  ),
]

/** Waits until a transfer is paused, and checks that then nothing moves. */
async function checkHolds(transfer: Transfer<unknown>, moved: () => number): Promise<void> {
  const hasEnded = (): boolean => transfer.status !== 'ready' && transfer.status !== 'active'
  await poll(() => transfer.isPaused || hasEnded(), 'the transfer is not paused')
  assert.ok(transfer.isPaused, `it is not paused, but ${transfer.status}: ${transfer.reason}`)
  // What is under way when it is paused may finish.
  await wait(20)
  const before = [moved(), transfer.progress.transferred]
  await wait(30)
  assert.deepEqual([moved(), transfer.progress.transferred], before, 'bytes flow while it is paused')
  assert.equal(transfer.status, 'active')
  assert.ok(transfer.isPaused)
}
