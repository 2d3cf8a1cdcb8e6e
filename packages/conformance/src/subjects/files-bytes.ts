import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { ChecksumAlgorithm } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, checksumOf, inChunks, mebibyte, partBytesOf, patternBytes, readChunks } from './file-content.ts'

/** Content of every kind and size comes back as it was written. */
export const fileBytesChecks: readonly Check[] = [
  check('files/bytes', 'bytes of every value come back', { needs: ['files.write', 'files.read'] }, async (context) => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index & 255)
    await checkRoundTrip(context, bytes)
  }),
  check(
    'files/text',
    'a text is kept as UTF-8, with marks, line breaks and NULs as they are',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('note.txt')
      const text = 'Grüße\r\n\n\r\ttab \0 שלום 日本語 🐈‍⬛ e\u0301 \u00e9'
      await file.put(text)
      assert.equal(await file.text(), text)
      assertBytes(await file.get(), Buffer.from(text))
    },
  ),
  check(
    'files/byte-order-mark',
    'a byte order mark is content like any other',
    { needs: ['files.write', 'files.read'] },
    (context) => checkRoundTrip(context, Buffer.from('\ufeffid,name\r\n')),
  ),
  check(
    'files/not-text',
    'bytes that are no UTF-8 fail as text with corrupt-data and come back as bytes',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const file = (await context.files()).file('latin.txt')
      const bytes = Uint8Array.of(0x63, 0x61, 0x66, 0xe9)
      await file.put(bytes)
      await expectError(file.text(), 'corrupt-data')
      assertBytes(await file.get(), bytes)
    },
  ),
  check(
    'files/compressed',
    'compressed content comes back compressed',
    { needs: ['files.write', 'files.read'] },
    (context) => checkRoundTrip(context, gzipSync('text '.repeat(1000))),
  ),
  check(
    'files/empty',
    'an empty file is a file of 0 bytes',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('empty.txt')
      const { file: written } = await file.put('')
      assert.equal(written.sizeBytes, 0)
      assert.equal((await file.stat()).sizeBytes, 0)
      assert.equal((await file.get()).byteLength, 0)
      assert.deepEqual(await area.list(), ['empty.txt'])
    },
  ),
  check(
    'files/big',
    'a file of several MiB comes back byte for byte, at once and as a stream',
    { needs: ['files.write', 'files.read', 'files.stat'], timeoutMs: 120_000 },
    async (context) => {
      const file = (await context.files()).file('big.bin')
      const bytes = patternBytes(6 * mebibyte + 7)
      await file.put(bytes)
      assertBytes(await file.get(), bytes)
      assertBytes(await readChunks(file.stream()), bytes, 'the stream')
      assert.equal((await file.stat()).sizeBytes, bytes.byteLength)
    },
  ),
  check(
    'files/part-sizes',
    'one part, several, and a byte more or less come back whole',
    { needs: ['files.write', 'files.read', 'files.stat'], timeoutMs: 120_000 },
    async (context) => {
      const area = await context.files()
      for (const bytes of contentsAroundParts(context)) {
        const file = area.file(`${bytes.byteLength}.bin`)
        await file.upload(inChunks(bytes, 300_000), { sizeBytes: bytes.byteLength })
        assertBytes(await file.get(), bytes, `a file of ${bytes.byteLength} bytes`)
        assert.equal((await file.stat()).sizeBytes, bytes.byteLength)
      }
    },
  ),
  check(
    'files/part-sizes-unknown',
    'one part, several, and a byte more or less come back whole from streams of unknown length',
    { needs: ['files.write', 'files.writeUnknownLength', 'files.read'], timeoutMs: 120_000 },
    async (context) => {
      const area = await context.files()
      for (const bytes of contentsAroundParts(context)) {
        const file = area.file(`${bytes.byteLength}.bin`)
        await file.upload(inChunks(bytes, 300_000))
        assertBytes(await file.get(), bytes, `a file of ${bytes.byteLength} bytes`)
      }
    },
  ),
  check(
    'files/overwrite',
    'an overwritten file holds the new content and none of the old, longer or shorter',
    { needs: ['files.write', 'files.read', 'files.stat', 'files.list'] },
    async (context) => {
      const area = await context.files()
      const file = area.file('a/b.bin')
      for (const sizeBytes of [100, 200_000, 7, 0, 3000]) {
        const bytes = patternBytes(sizeBytes, sizeBytes)
        await file.put(bytes)
        assertBytes(await file.get(), bytes)
        assert.equal((await file.stat()).sizeBytes, sizeBytes)
      }
      assert.deepEqual(await area.list(), ['a/b.bin'])
    },
  ),
  check(
    'files/own-content',
    'files written side by side keep their own content',
    { needs: ['files.write', 'files.read'] },
    async (context) => {
      const area = await context.files()
      const keys = Array.from({ length: 20 }, (_, index) => `${index}.bin`)
      await Promise.all(keys.map((key, index) => area.file(key).put(patternBytes(5000 + index, index + 1))))
      const contents = await Promise.all(keys.map((key) => area.file(key).get()))
      contents.forEach((bytes, index) => assertBytes(bytes, patternBytes(5000 + index, index + 1), keys[index]))
    },
  ),
  check(
    'files/checksums',
    'checksums are those of the content, and `verified` is said only where the backend keeps one',
    { needs: ['files.write', 'files.stat'] },
    async (context) => {
      const file = (await context.files()).file('sum.bin')
      const bytes = patternBytes(100_003)
      const algorithms = ['crc32', 'sha256', 'md5'] as const
      const stored = await file.upload(bytes, { checksums: algorithms })
      for (const one of algorithms) assert.equal(stored.checksums[one], checksumOf(one, bytes), `${one} as sent`)
      checkKept(stored.file.checksums, bytes)
      checkKept((await file.stat()).checksums, bytes)
      const { verified, algorithm, reason } = stored.verification
      assert.equal(verified, Object.keys(stored.file.checksums).length > 0)
      assert.equal(algorithm !== undefined && algorithm in stored.file.checksums, verified)
      assert.equal(typeof reason === 'string' && reason !== '', !verified, 'what is not verified says why')
    },
  ),
]

/** Sizes where a backend that cuts files into parts may go wrong. */
function contentsAroundParts(context: CheckContext): Uint8Array[] {
  const part = partBytesOf(context)
  return [part - 1, part, part + 1, 2 * part, 2 * part + 1].map((sizeBytes) => patternBytes(sizeBytes, 3))
}

async function checkRoundTrip(context: CheckContext, bytes: Uint8Array): Promise<void> {
  const file = (await context.files()).file('content.bin')
  await file.put(bytes)
  assertBytes(await file.get(), bytes)
}

function checkKept(kept: Readonly<Partial<Record<ChecksumAlgorithm, string>>>, bytes: Uint8Array): void {
  for (const [name, value] of Object.entries(kept) as [ChecksumAlgorithm, string][])
    assert.equal(value, checksumOf(name, bytes), `the ${name} the backend keeps`)
}
