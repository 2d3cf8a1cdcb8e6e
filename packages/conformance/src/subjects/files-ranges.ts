import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ByteRange, File } from '@stowage/core'
import { ReceiptRecorder } from '@stowage/core/driver'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, partBytesOf, patternBytes, readChunks } from './file-content.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.read', 'files.range'] }
const content = patternBytes(1000)

/** A range gives exactly its bytes. */
export const fileRangeChecks: readonly Check[] = [
  check('files/range-start', 'a range at the start gives exactly its bytes', needs, (context) =>
    checkRanges(context, { start: 0, end: 10 }, { start: 0, end: 999 }),
  ),
  check('files/range-middle', 'a range in the middle gives exactly its bytes', needs, (context) =>
    checkRanges(context, { start: 100, end: 200 }, { start: 1, end: 999 }),
  ),
  check('files/range-end', 'a range up to the end gives exactly its bytes', needs, (context) =>
    checkRanges(context, { start: 900, end: 1000 }, { start: 999, end: 1000 }),
  ),
  check('files/range-open', 'a range without an end gives all the rest', needs, (context) =>
    checkRanges(context, { start: 0 }, { start: 1 }, { start: 600 }, { start: 999 }),
  ),
  check('files/range-whole', 'a range of the whole file gives the whole file', needs, (context) =>
    checkRanges(context, { start: 0, end: 1000 }),
  ),
  check('files/range-one-byte', 'a range of one byte gives that byte', needs, (context) =>
    checkRanges(context, { start: 0, end: 1 }, { start: 500, end: 501 }, { start: 999, end: 1000 }),
  ),
  check('files/range-none', 'a range of no bytes gives none', needs, (context) =>
    checkRanges(context, { start: 500, end: 500 }, { start: 0, end: 0 }),
  ),
  check('files/range-beyond', 'an end past the last byte is cut', needs, (context) =>
    checkRanges(context, { start: 990, end: 1001 }, { start: 0, end: 1_000_000 }, { start: 999, end: 2000 }),
  ),
  check('files/range-past-end', 'a start past the last byte fails with invalid-argument', needs, async (context) => {
    const file = await makeFile(context)
    await expectError(file.get({ range: { start: 1000 } }), 'invalid-argument')
    await expectError(file.get({ range: { start: 1001, end: 1002 } }), 'invalid-argument')
    await expectError(readChunks(file.stream({ range: { start: 5000 } })), 'invalid-argument')
  }),
  check('files/range-backwards', 'a range that is none is refused before anything is sent', needs, async (context) => {
    const file = await makeFile(context)
    await file.get({ range: { start: 0, end: 1 } })
    const sent = context.log.calls.length
    const wrong: ByteRange[] = [
      { start: 5, end: 4 },
      { start: -1 },
      { start: 0.5 },
      { start: NaN },
      { start: 0, end: NaN },
    ]
    for (const range of wrong) await expectError(file.get({ range }), 'invalid-argument')
    assert.equal(context.log.calls.length, sent)
  }),
  check(
    'files/range-parts',
    'a range across parts gives exactly its bytes',
    { ...needs, timeoutMs: 120_000 },
    async (context) => {
      const part = partBytesOf(context)
      const bytes = patternBytes(2 * part + 1000, 5)
      const file = (await context.files()).file('parts.bin')
      await file.put(bytes)
      const ranges = [
        { start: part - 1, end: part + 1 },
        { start: part, end: 2 * part },
        { start: 10, end: 2 * part + 10 },
        { start: 2 * part - 1 },
      ]
      for (const range of ranges) await checkRange(file, bytes, range)
    },
  ),
  check('files/range-facts', 'a range says how many bytes come, and of which file', needs, async (context) => {
    const file = await makeFile(context)
    await file.get({ range: { start: 0, end: 1 } })
    const call = { signal: context.signal, receipt: new ReceiptRecorder() }
    const request = { bucket: file.bucketName, key: file.key, range: { start: 900, end: 2000 }, ifEtag: undefined }
    const read = await context.driver.files?.read(request, call)
    assert.ok(read)
    assertBytes(await readChunks(read.body), content.subarray(900))
    assert.equal(read.sizeBytes, 100)
    assert.equal(read.file.sizeBytes, 1000)
  }),
  check('files/range-download', 'a range is downloaded to disk', needs, async (context) => {
    const file = await makeFile(context)
    const path = join(await context.temporaryDirectory(), 'range.bin')
    const { sizeBytes, verification } = await file.download(path, { range: { start: 10, end: 20 } })
    assert.equal(sizeBytes, 10)
    assert.equal(verification.verified, false, 'no checksum of a part is kept')
    assertBytes(await readFile(path), content.subarray(10, 20))
  }),
  check('files/ranges-joined', 'ranges side by side make up the file', needs, async (context) => {
    const file = await makeFile(context)
    for (const step of [1, 7, 64, 333]) {
      const starts = Array.from({ length: Math.ceil((step === 1 ? 20 : 1000) / step) }, (_, index) => index * step)
      const pieces = await Promise.all(starts.map((start) => file.get({ range: { start, end: start + step } })))
      assertBytes(Buffer.concat(pieces), step === 1 ? content.subarray(0, 20) : content, `pieces of ${step} bytes`)
    }
  }),
]

async function makeFile(context: CheckContext): Promise<File> {
  const file = (await context.files()).file('ranges.bin')
  await file.put(content)
  return file
}

async function checkRanges(context: CheckContext, ...ranges: readonly ByteRange[]): Promise<void> {
  const file = await makeFile(context)
  for (const range of ranges) await checkRange(file, content, range)
}

async function checkRange(file: File, bytes: Uint8Array, range: ByteRange): Promise<void> {
  const expected = bytes.subarray(range.start, range.end)
  const what = `the range ${range.start} to ${range.end ?? 'the end'}`
  assertBytes(await file.get({ range }), expected, what)
  assertBytes(await readChunks(file.stream({ range })), expected, `${what}, streamed,`)
}
