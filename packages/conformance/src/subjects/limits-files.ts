import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { assertBytes, inChunks, mebibyte, partBytesOf, patternBytes } from './file-content.ts'
import { expectUnsent } from './unsent.ts'

/** The largest file that is tried, whatever the limit. */
const largestTried = 64 * mebibyte
const mostKeys = 1000

/** Limits on files. */
export const fileLimitChecks: readonly Check[] = [
  check(
    'limits/file-bytes-at-limit',
    'a file of as many bytes as stated is stored whole (where that is at most 64 MiB; otherwise one of 16 MiB)',
    { needs: ['files.write', 'files.read'], timeoutMs: 120_000 },
    async (context) => {
      const { fileBytes = Infinity } = context.capabilities.limits
      const bytes = patternBytes(fileBytes <= largestTried ? fileBytes : 16 * mebibyte)
      const file = (await context.files()).file('large.bin')
      await file.upload(bytes)
      assertBytes(await file.get(), bytes)
    },
  ),
  check(
    'limits/file-bytes-past',
    'a file known to be larger than stated is refused before anything is sent, and nothing is there',
    { needs: ['files.write', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('large.bin')
      assert.equal(await file.exists(), false)
      const { fileBytes } = context.capabilities.limits
      if (fileBytes === undefined) {
        await file.put('small')
        return
      }
      for (const sizeBytes of [fileBytes + 1, Math.ceil(fileBytes * 2.5)]) {
        const source = inChunks(new Uint8Array(1), 1, () => assert.fail('the source was read'))
        await expectUnsent(context, () => file.upload(source, { sizeBytes }), 'invalid-argument')
      }
      assert.equal(await file.exists(), false)
      await file.put('small')
    },
  ),
  check(
    'limits/part-bytes',
    'files around the stated part size are stored whole: a byte less, exactly, a byte more, two and a half parts (parts of 1 MiB where none or over 16 MiB are stated)',
    { needs: ['files.write', 'files.read'], timeoutMs: 120_000 },
    async (context) => {
      const area = await context.files()
      const part = partBytesOf(context)
      for (const sizeBytes of [part - 1, part, part + 1, Math.ceil(part * 2.5)]) {
        const bytes = patternBytes(sizeBytes, sizeBytes)
        const file = area.file(`${sizeBytes}.bin`)
        await file.upload(inChunks(bytes, 100_000), { sizeBytes })
        assertBytes(await file.get(), bytes, `a file of ${sizeBytes} bytes`)
      }
    },
  ),
  check(
    'limits/files-per-delete',
    'more files than one request may delete are deleted in several, with an outcome for each in order (up to 1,000 at a time)',
    { needs: ['files.write', 'files.deleteMany', 'files.stat'], timeoutMs: 60_000 },
    async (context) => {
      const { filesPerDelete = mostKeys } = context.capabilities.limits
      const most = Math.min(filesPerDelete, mostKeys)
      for (const count of [most, most + 1, Math.ceil(most * 2.5)]) await checkDeletes(context, count)
    },
  ),
]

/** Deletes so many files, of which only those at the edges of requests are there. */
async function checkDeletes(context: CheckContext, count: number): Promise<void> {
  const { filesPerDelete: limit = Infinity } = context.capabilities.limits
  const area = await context.files()
  const files = Array.from({ length: count }, (_, index) => area.file(`f${index}`))
  const there = new Set([0, limit - 1, limit, count - 1].filter((index) => index < count))
  const present = files.filter((_, index) => there.has(index))
  for (const file of present) await file.put('x')
  const calls = context.log.calls.length
  const outcomes = await area.bucket.deleteFiles(files.map(({ key }) => key))
  assert.deepEqual(
    outcomes.map(({ key, outcome }) => `${key} ${outcome}`),
    files.map(({ key }, index) => `${key} ${there.has(index) ? 'deleted' : 'not-found'}`),
  )
  for (const file of present) assert.equal(await file.exists(), false)
  for (const { operation, request } of context.log.calls.slice(calls)) {
    if (operation !== 'files.deleteMany') continue
    const { keys } = request as { readonly keys: readonly string[] }
    assert.ok(keys.length <= limit, `${keys.length} files went into one request`)
  }
}
