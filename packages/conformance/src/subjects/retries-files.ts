import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import type { FileArea } from '../file-area.ts'
import { attemptsOf, expectUnknown, retryingStorage, writeFaults } from './retried-calls.ts'

const content = 'line of bytes\n'.repeat(20_000)

/** The same file, by way of a storage that repeats. */
function retried(context: CheckContext, { bucket, prefix }: FileArea, key: string): ReturnType<FileArea['file']> {
  return retryingStorage(context)
    .bucket(bucket.name)
    .file(prefix + key)
}

/** A stream that can be read once; counts how often somebody tries. */
class OneShot {
  readings = 0

  stream(): AsyncIterable<Uint8Array> {
    return {
      [Symbol.asyncIterator]: () => {
        this.readings += 1
        return new Blob([content]).stream()[Symbol.asyncIterator]()
      },
    }
  }
}

/** Writes of files whose answers are lost. */
export const retriedFileChecks: readonly Check[] = [
  check(
    'retries/put-lost',
    'bytes in memory whose answer was lost are sent again, and the file is whole',
    { needs: ['files.write', 'files.read'], faults: ['status-after'] },
    async (context) => {
      const area = await context.files()
      const file = retried(context, area, 'put')
      await context.inject({ kind: 'status-after', operation: 'files.write', status: 503 })
      const { value, attempts } = await attemptsOf(context, 'files.write', () => file.put(content))
      assert.deepEqual([attempts, value?.receipt.retries], [2, 1])
      assert.equal(await area.file('put').text(), content)
    },
  ),
  check(
    'retries/upload-failed',
    'an upload that can be read again is repeated, and its progress still ends at exactly 100',
    { needs: ['files.write', 'files.read'], faults: ['status-before'] },
    async (context) => {
      const area = await context.files()
      const upload = retried(context, area, 'upload')
      await context.inject({ kind: 'status-before', operation: 'files.write', status: 503, times: 2 })
      const transfer = upload.upload(new Blob([content]))
      const { receipt } = await transfer
      assert.equal(receipt.retries, 2)
      assert.deepEqual([transfer.progress.percentage, transfer.progress.transferred], [100, content.length])
      assert.equal(await area.file('upload').text(), content)
    },
  ),
  check(
    'retries/stream-lost',
    'a stream that was read is never sent again: the upload ends as outcome-unknown, and the file is whole',
    { needs: ['files.write', 'files.writeUnknownLength', 'files.read'], faults: ['status-after'] },
    async (context) => {
      const area = await context.files()
      const source = new OneShot()
      const file = retried(context, area, 'stream')
      await context.inject({ kind: 'status-after', operation: 'files.write', status: 503 })
      expectUnknown(await attemptsOf(context, 'files.write', () => file.upload(source.stream())))
      assert.equal(source.readings, 1)
      assert.equal(await area.file('stream').text(), content)
    },
  ),
  check(
    'retries/stream-failed',
    'a stream is read at most once, whatever fails, and the file is the old one or the new one, whole',
    { needs: ['files.write', 'files.writeUnknownLength', 'files.read'], faults: ['status-before', 'status-after'] },
    async (context) => {
      const area = await context.files()
      for (const { kind, status } of writeFaults) {
        const source = new OneShot()
        await area.file('stream').put('old')
        const file = retried(context, area, 'stream')
        await context.inject({ kind, operation: 'files.write', status })
        const { error } = await attemptsOf(context, 'files.write', () => file.upload(source.stream()))
        const now = await area.file('stream').text()
        const words = `${kind} ${status}: ${error?.code ?? 'success'}`
        assert.ok(source.readings <= 1, `the stream was read ${source.readings} times: ${words}`)
        assert.ok(now === 'old' || now === content, `the file is neither the old one nor the new one: ${words}`)
        if (error === undefined) assert.equal(now, content, words)
        if (error?.applied === 'no') assert.equal(now, 'old', words)
      }
    },
  ),
]
