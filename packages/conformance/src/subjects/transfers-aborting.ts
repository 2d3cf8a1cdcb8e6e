import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type File, StorageError, type Transfer } from '@stowage/core'
import type { Layer } from '@stowage/core/driver'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, inChunks, mebibyte, patternBytes } from './file-content.ts'
import { TransferWatch, watchReads, whenRead } from './transfer-watch.ts'

const uploads: CheckOptions = { needs: ['files.write', 'files.read', 'files.stat', 'files.list'] }
const downloads: CheckOptions = { needs: ['files.write', 'files.read'] }
const old = patternBytes(100_000, 1)
const content = patternBytes(2 * mebibyte, 2)
const chunkBytes = content.byteLength / 8
const sizeBytes = content.byteLength

/** A transfer that is stopped leaves nothing half-made behind. */
export const transferAbortChecks: readonly Check[] = [
  check(
    'transfers/abort-before',
    'a transfer aborted before it began sends nothing, and never becomes active',
    downloads,
    async (context) => {
      const file = (await context.files()).file('a/b.bin')
      await file.put(old)
      assertBytes(await file.get(), old)
      const path = join(await context.temporaryDirectory(), 'copy.bin')
      const sent = context.log.calls.length
      for (const start of [() => file.upload(content), () => file.download(path)]) {
        const transfer: Transfer<unknown> = start()
        const statuses: string[] = []
        transfer.onStatus((status) => statuses.push(status))
        await transfer.abort('changed my mind')
        await expectError(transfer, 'aborted')
        assert.deepEqual(statuses, ['stopped'])
      }
      assert.equal(context.log.calls.length, sent)
      assertBytes(await file.get(), old)
    },
  ),
  check(
    'transfers/abort-upload',
    'an upload aborted at any point of its source leaves the old file, or none, and is stopped',
    uploads,
    async (context) => {
      const area = await context.files()
      const [kept, fresh] = [area.file('kept.bin'), area.file('fresh.bin')]
      await kept.put(old)
      const before = await kept.stat()
      for (const file of [kept, fresh]) {
        for (let point = 0; point < 8; point += 1) {
          let aborting: Promise<void> | undefined
          const source = inChunks(content, chunkBytes, (index) => {
            if (index === point) aborting = upload.abort('the window was closed')
          })
          const upload: Transfer<unknown> = file.upload(source, { sizeBytes })
          const watch = new TransferWatch(upload)
          const error = await expectError(upload, 'aborted')
          await aborting
          watch.checkEnd('stopped')
          assert.match(error.message, /the window was closed/)
          assert.match(upload.reason, /the window was closed/)
          assert.deepEqual(await area.list(), ['kept.bin'])
        }
      }
      assertBytes(await kept.get(), old)
      assert.deepEqual(await kept.stat(), before)
      assert.equal(await fresh.exists(), false)
    },
  ),
  check(
    'transfers/abort-at-end',
    'an upload aborted when all is sent either finished whole or left the old file',
    { needs: ['files.write', 'files.read', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('kept.bin')
      for (const wait of [undefined, 0, 1, 3]) {
        await file.put(old)
        const source = inChunks(content, chunkBytes, (index) => {
          if (index !== 8) return
          if (wait === undefined) void upload.abort()
          else setTimeout(() => void upload.abort(), wait)
        })
        const upload: Transfer<unknown> = file.upload(source, { sizeBytes })
        const [outcome] = await Promise.allSettled([upload])
        const bytes = await file.get()
        if (outcome.status === 'fulfilled') {
          assert.equal(upload.status, 'finished')
          assertBytes(bytes, content, 'a finished upload')
        } else {
          const error: unknown = outcome.reason
          // Where the answer was lost, either version may be there, whole.
          const isUnknown = StorageError.is(error) && error.applied === 'unknown'
          assert.ok(isUnknown || StorageError.is(error, 'aborted'), String(error))
          assertBytes(bytes, isUnknown && bytes.byteLength === sizeBytes ? content : old, 'a stopped upload')
        }
        assert.deepEqual(await area.list(), ['kept.bin'])
      }
    },
  ),
  check(
    'transfers/abort-download',
    'a download aborted at any point leaves the directory as it was, and is stopped',
    downloads,
    async (context) => {
      const directory = await context.temporaryDirectory()
      await writeFile(join(directory, 'kept.bin'), old)
      for (const name of ['kept.bin', 'fresh.bin']) {
        for (let point = 0; point < sizeBytes; point += 4 * 65_536) {
          const file = await openContent(context, [whenRead(point, () => void download.abort('enough'))])
          const download: Transfer<unknown> = file.download(join(directory, name), { overwrite: true })
          const watch = new TransferWatch(download)
          const error = await expectError(download, 'aborted')
          watch.checkEnd('stopped')
          assert.match(error.message, /enough/)
          assert.deepEqual(await readdir(directory), ['kept.bin'])
        }
      }
      assertBytes(await readFile(join(directory, 'kept.bin')), old)
    },
  ),
  check(
    'transfers/abort-resolves',
    'abort resolves once everything is cleaned up, as often as it is called',
    downloads,
    async (context) => {
      const directory = await context.temporaryDirectory()
      let aborts: Promise<unknown>[] = []
      const file = await openContent(context, [
        whenRead(4 * 65_536, () => (aborts = [download.abort(), download.abort('again')])),
      ])
      const download: Transfer<unknown> = file.download(join(directory, 'copy.bin'))
      await expectError(download, 'aborted')
      await Promise.all([...aborts, download.abort()])
      assert.deepEqual(await readdir(directory), [])
      assert.equal(download.status, 'stopped')
    },
  ),
  check('transfers/signal', 'the signal of the call stops a transfer as abort does', downloads, async (context) => {
    const directory = await context.temporaryDirectory()
    const controller = new AbortController()
    const file = await openContent(context, [whenRead(4 * 65_536, () => controller.abort())])
    const download = file.download(join(directory, 'copy.bin'), { signal: controller.signal })
    const watch = new TransferWatch(download)
    await expectError(download, 'aborted')
    watch.checkEnd('stopped')
    assert.deepEqual(await readdir(directory), [])
  }),
  check(
    'transfers/deadline',
    'a deadline ends a transfer that gets no further with timeout, and leaves nothing',
    downloads,
    async (context) => {
      const directory = await context.temporaryDirectory()
      const file = await openContent(context, [watchReads((bytes) => bytes > 0 && new Promise(() => {}))])
      const download = file.download(join(directory, 'copy.bin'), { timeoutMs: 50 })
      const watch = new TransferWatch(download)
      await expectError(download, 'timeout')
      watch.checkEnd('error')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
  check(
    'transfers/closed',
    'closing the storage stops its transfers with closed, and waits until they have cleaned up',
    downloads,
    async (context) => {
      const directory = await context.temporaryDirectory()
      const area = await context.files()
      await area.file('a/b.bin').put(content)
      const { promise: started, resolve } = Promise.withResolvers<void>()
      const storage = context.openStorage([
        watchReads(async (bytes) => {
          if (bytes === 0) return
          resolve()
          await new Promise(() => {})
        }),
      ])
      const download = storage
        .bucket(area.bucket.name)
        .file(`${area.prefix}a/b.bin`)
        .download(join(directory, 'copy.bin'))
      const watch = new TransferWatch(download)
      const failure = expectError(download, 'closed')
      await Promise.race([started, failure])
      await storage.close()
      assert.equal(download.status, 'stopped')
      assert.deepEqual(await readdir(directory), [])
      await failure
      watch.checkEnd('stopped')
    },
  ),
]

/** Gives a file with the content, read through layers. */
async function openContent(context: CheckContext, layers: readonly Layer[]): Promise<File> {
  const area = await context.files()
  await area.file('a/b.bin').put(content)
  return context.openStorage(layers).bucket(area.bucket.name).file(`${area.prefix}a/b.bin`)
}
