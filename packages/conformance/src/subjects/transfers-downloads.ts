import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { File } from '@stowage/core'
import { chaosLayer, interceptDriver, type FileContent, type Layer } from '@stowage/core/driver'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { assertBytes, checksumOf, mebibyte, patternBytes } from './file-content.ts'
import { watchReads, whenRead } from './transfer-watch.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.read'] }
const content = patternBytes(mebibyte + 17, 6)

/** A download to disk is there whole, or not at all. */
export const transferDownloadChecks: readonly Check[] = [
  check(
    'transfers/download',
    'a download has the bytes under its name, by path and by URL, and says what it did',
    needs,
    async (context) => {
      const file = await openContent(context)
      const directory = await context.temporaryDirectory()
      const result = await file.download(join(directory, 'one.bin'), { checksums: ['sha256'] })
      await file.download(pathToFileURL(join(directory, 'two.bin')))
      assertBytes(await readFile(join(directory, 'one.bin')), content)
      assertBytes(await readFile(join(directory, 'two.bin')), content)
      assert.deepEqual((await readdir(directory)).toSorted(), ['one.bin', 'two.bin'])
      assert.deepEqual(
        [result.path, result.sizeBytes, result.file.key],
        [join(directory, 'one.bin'), content.byteLength, file.key],
      )
      assert.equal(result.checksums.sha256, checksumOf('sha256', content))
      assert.equal(result.checksums.crc32, checksumOf('crc32', content))
      assert.equal(result.verification.verified, Object.keys(result.file.checksums).length > 0)
      assert.equal(result.verification.reason === undefined, result.verification.verified)
    },
  ),
  check('transfers/download-empty', 'an empty file is downloaded as an empty file', needs, async (context) => {
    const file = await openContent(context, [], new Uint8Array())
    const path = join(await context.temporaryDirectory(), 'empty.bin')
    assert.equal((await file.download(path)).sizeBytes, 0)
    assert.equal((await readFile(path)).byteLength, 0)
  }),
  check(
    'transfers/download-exists',
    'a download onto a file fails with already-exists and leaves it',
    needs,
    async (context) => {
      const file = await openContent(context)
      const directory = await context.temporaryDirectory()
      await writeFile(join(directory, 'copy.bin'), 'mine')
      await expectError(file.download(join(directory, 'copy.bin')), 'already-exists')
      assert.equal(await readFile(join(directory, 'copy.bin'), 'utf8'), 'mine')
      assert.deepEqual(await readdir(directory), ['copy.bin'])
    },
  ),
  check(
    'transfers/download-overwrite',
    'a download that may overwrite replaces the file once the new one is complete',
    needs,
    async (context) => {
      const directory = await context.temporaryDirectory()
      const path = join(directory, 'copy.bin')
      await writeFile(path, 'mine')
      const layer = watchReads(async () =>
        assert.equal(await readFile(path, 'utf8'), 'mine', 'it is replaced too early'),
      )
      const file = await openContent(context, [layer])
      await file.download(path, { overwrite: true })
      assertBytes(await readFile(path), content)
      assert.deepEqual(await readdir(directory), ['copy.bin'])
    },
  ),
  check(
    'transfers/download-appears',
    'a file that appears under the name during a download is not replaced',
    needs,
    async (context) => {
      const directory = await context.temporaryDirectory()
      const path = join(directory, 'copy.bin')
      const file = await openContent(context, [whenRead(65_536, () => writeFile(path, 'theirs'))])
      await expectError(file.download(path), 'already-exists')
      assert.equal(await readFile(path, 'utf8'), 'theirs')
      assert.deepEqual(await readdir(directory), ['copy.bin'])
    },
  ),
  check(
    'transfers/download-hidden',
    'no file is under the name before the download is complete',
    needs,
    async (context) => {
      const directory = await context.temporaryDirectory()
      const seen: string[] = []
      const file = await openContent(context, [watchReads(async () => void seen.push(...(await readdir(directory))))])
      await file.download(join(directory, 'copy.bin'))
      assert.ok(!seen.includes('copy.bin'))
      assert.deepEqual(await readdir(directory), ['copy.bin'])
    },
  ),
  check(
    'transfers/download-directory',
    'a download onto a directory, or into a missing one, is refused',
    needs,
    async (context) => {
      const file = await openContent(context)
      const directory = await context.temporaryDirectory()
      await mkdir(join(directory, 'there'))
      await expectError(file.download(join(directory, 'there')), 'invalid-argument')
      await expectError(file.download(join(directory, 'there'), { overwrite: true }), 'invalid-argument')
      await expectError(file.download(join(directory, 'missing', 'copy.bin')), 'not-found')
      assert.deepEqual(await readdir(directory), ['there'])
      assert.deepEqual(await readdir(join(directory, 'there')), [])
    },
  ),
  check(
    'transfers/download-cut',
    'a body that ends early fails with corrupt-data and leaves nothing',
    needs,
    async (context) => {
      const layer = chaosLayer({ rules: [{ operation: 'files.read', fault: { kind: 'truncate', bytes: 0 } }] })
      const file = await openContent(context, [layer])
      const directory = await context.temporaryDirectory()
      await expectError(file.download(join(directory, 'copy.bin')), 'corrupt-data')
      await expectError(file.get(), 'corrupt-data')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
  check(
    'transfers/download-damaged',
    'a damaged body fails with corrupt-data where the backend keeps a checksum, and is not called verified elsewhere',
    needs,
    async (context) => {
      const file = await openContent(context, [damageReads])
      const directory = await context.temporaryDirectory()
      const [outcome] = await Promise.allSettled([file.download(join(directory, 'copy.bin'))])
      if (outcome.status === 'fulfilled') {
        assert.deepEqual(outcome.value.file.checksums, {}, 'there is a checksum, and it was not compared')
        assert.equal(outcome.value.verification.verified, false)
        return
      }
      await expectError(Promise.reject(outcome.reason), 'corrupt-data')
      await expectError(file.get(), 'corrupt-data')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
]

/** Gives a file with content, read through layers. */
async function openContent(
  context: CheckContext,
  layers: readonly Layer[] = [],
  bytes: Uint8Array = content,
): Promise<File> {
  const area = await context.files()
  await area.file('a/b.bin').put(bytes)
  return context.openStorage(layers).bucket(area.bucket.name).file(`${area.prefix}a/b.bin`)
}

/** A layer that turns one bit of each chunk that is read. */
const damageReads: Layer = (driver) =>
  interceptDriver(driver, async (call, next) => {
    const result = await next(call)
    if (call.operation !== 'files.read') return result
    const read = result as FileContent
    return { ...read, body: damaged(read.body) } satisfies FileContent
  })

async function* damaged(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    const bytes = Uint8Array.from(chunk)
    bytes[0] = (bytes[0] ?? 0) ^ 1
    yield bytes
  }
}
