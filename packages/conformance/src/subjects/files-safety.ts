import assert from 'node:assert/strict'
import type { File, StorageErrorCode } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, inChunks, mebibyte, patternBytes } from './file-content.ts'

const needs: readonly Need[] = ['files.write', 'files.read', 'files.stat', 'files.list']
const unknownLength: readonly Need[] = [...needs, 'files.writeUnknownLength']
const kept = patternBytes(150_000, 7)
const sent = patternBytes(2 * mebibyte, 8)
const chunkBytes = sent.byteLength / 8

/** A write that fails leaves the old file byte for byte, and nothing where nothing was. */
export const fileSafetyChecks: readonly Check[] = [
  check(
    'files/broken-source',
    'a source that fails leaves what was there',
    { needs: unknownLength },
    async (context) => {
      for (const index of [0, 1, 4, 7, 8]) {
        const errors = await checkUntouched(context, (file) => file.upload(brokenAt(index)), 'unavailable')
        for (const error of errors) {
          assert.match(error.message, /the source broke/, 'the error tells what happened to the source')
          assert.equal(error.retryable, false)
        }
      }
    },
  ),
  check(
    'files/broken-known-source',
    'a source of announced length that fails leaves what was there',
    { needs },
    async (context) => {
      const sizeBytes = sent.byteLength
      for (const index of [0, 1, 7, 8])
        await checkUntouched(context, (file) => file.upload(brokenAt(index), { sizeBytes }), 'unavailable')
    },
  ),
  check(
    'files/short-source',
    'a source shorter than announced fails with corrupt-data and leaves what was there',
    { needs },
    async (context) => {
      for (const missing of [1, chunkBytes, sent.byteLength]) {
        const source = (): AsyncIterable<Uint8Array> =>
          inChunks(sent.subarray(0, sent.byteLength - missing), chunkBytes)
        await checkUntouched(context, (file) => file.upload(source(), { sizeBytes: sent.byteLength }), 'corrupt-data')
      }
    },
  ),
  check(
    'files/long-source',
    'a source longer than announced fails with corrupt-data and leaves what was there',
    { needs },
    async (context) => {
      for (const extra of [1, chunkBytes, sent.byteLength]) {
        const sizeBytes = sent.byteLength - extra
        await checkUntouched(context, (file) => file.upload(inChunks(sent, chunkBytes), { sizeBytes }), 'corrupt-data')
      }
    },
  ),
  check(
    'files/wrong-length',
    'bytes of another length than announced are refused and leave what was there',
    { needs },
    async (context) => {
      for (const sizeBytes of [0, sent.byteLength - 1, sent.byteLength + 1])
        await checkUntouched(context, (file) => file.upload(sent, { sizeBytes }), 'corrupt-data')
    },
  ),
  check(
    'files/aborted-write',
    'a write aborted at any point of its source leaves what was there',
    { needs },
    async (context) => {
      for (let index = 0; index < 8; index += 1) {
        await checkUntouched(
          context,
          (file) => {
            const controller = new AbortController()
            const source = inChunks(sent, chunkBytes, (at) => at === index && controller.abort())
            return file.upload(source, { sizeBytes: sent.byteLength, signal: controller.signal })
          },
          'aborted',
        )
      }
    },
  ),
  check('files/aborted-before', 'a write whose signal is aborted already sends nothing', { needs }, async (context) => {
    const signal = AbortSignal.abort()
    await checkUntouched(context, (file) => file.put('new', { signal }), 'aborted')
    await checkUntouched(context, (file) => file.upload(sent, { signal }), 'aborted')
    const written = context.log.operations.filter((operation) => operation === 'files.write')
    assert.equal(written.length, 2, 'only the files that were to be kept were written')
  }),
  check(
    'files/stalled-source',
    'an abort and a deadline end a write whose source gives nothing more, and leave what was there',
    { needs, timeoutMs: 20_000 },
    async (context) => {
      const sizeBytes = sent.byteLength
      await checkUntouched(
        context,
        (file) => {
          const controller = new AbortController()
          const stall = (): void => controller.abort()
          return file.upload(stalledAt(4, stall), { sizeBytes, signal: controller.signal })
        },
        'aborted',
      )
      await checkUntouched(context, (file) => file.upload(stalledAt(4), { sizeBytes, timeoutMs: 50 }), 'timeout')
    },
  ),
  check(
    'files/failed-create',
    'a write that must create and fails leaves nothing, and the next one creates',
    { needs: ['files.write', 'files.read', 'files.list', 'files.createOnly'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('fresh.bin')
      const options = { overwrite: false, sizeBytes: sent.byteLength }
      await expectError(file.upload(brokenAt(5), options), 'unavailable')
      assert.deepEqual(await area.list(), [])
      await file.upload(inChunks(sent, chunkBytes), options)
      assertBytes(await file.get(), sent)
    },
  ),
  check(
    'files/nothing-half-made',
    'a file that is being written is neither listed nor found before it is whole',
    { needs },
    async (context) => {
      const area = await context.files()
      const file = area.file('fresh.bin')
      const source = inChunks(sent, chunkBytes, async (index) => {
        if (index % 2 === 1) return
        assert.deepEqual(await area.list(), [], 'the listing shows what is not there yet')
        assert.equal(await file.exists(), false)
      })
      await file.upload(source, { sizeBytes: sent.byteLength })
      assert.deepEqual(await area.list(), ['fresh.bin'])
      assertBytes(await file.get(), sent)
    },
  ),
  check(
    'files/old-until-new',
    'while a file is being replaced, readers get the old one',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('kept.bin')
      await file.put(kept)
      const source = inChunks(sent, chunkBytes, async (index) => {
        if (index % 2 === 1) assertBytes(await file.get(), kept, 'the file meanwhile')
      })
      await file.upload(source, { sizeBytes: sent.byteLength })
      assertBytes(await file.get(), sent)
    },
  ),
]

/**
 * Lets a write fail on a file that is there and on one that isn't, and checks that bytes, facts and listing are as before.
 *
 * @returns how the two failed
 */
async function checkUntouched(
  context: CheckContext,
  write: (file: File) => PromiseLike<unknown>,
  code: StorageErrorCode,
): Promise<Awaited<ReturnType<typeof expectError>>[]> {
  const area = await context.files()
  const file = area.file('kept.bin')
  await file.put(kept)
  const before = await file.stat()
  const fresh = area.file('fresh.bin')
  const errors = [await expectError(write(file), code), await expectError(write(fresh), code)]
  assertBytes(await file.get(), kept, 'the old file')
  assert.deepEqual(await file.stat(), before, 'the old file is as it was')
  assert.equal(await fresh.exists(), false, 'there is a new file')
  assert.deepEqual(await area.list(), ['kept.bin'])
  return errors
}

function brokenAt(index: number): AsyncIterable<Uint8Array> {
  return inChunks(sent, chunkBytes, (at) => {
    if (at === index) throw new Error('the source broke')
  })
}

function stalledAt(index: number, onStall: () => void = () => {}): AsyncIterable<Uint8Array> {
  return inChunks(sent, chunkBytes, (at) => {
    if (at !== index) return undefined
    // After the wait for this chunk has begun.
    setImmediate(onStall)
    return new Promise(() => {})
  })
}
