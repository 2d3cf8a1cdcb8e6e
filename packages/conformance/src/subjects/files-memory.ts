import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collectGarbage } from './collect-garbage.ts'
import { mebibyte } from './file-content.ts'

const chunkBytes = mebibyte / 4
const usualBytes = 24 * mebibyte
const largestParts = 16 * mebibyte

/** Moving a file holds a few chunks or parts of it, whatever its size. */
export const fileMemoryChecks: readonly Check[] = [
  check(
    'files/write-bounded',
    'an upload takes from its source what it sends, and does not gather the file in memory',
    { needs: ['files.write'], timeoutMs: 120_000 },
    async (context) => {
      const allowed = allowedBytes(context)
      const given: WeakRef<Uint8Array>[] = []
      async function* source(): AsyncGenerator<Uint8Array, void, undefined> {
        for (let bytes = 0; bytes < 2 * allowed; bytes += chunkBytes) yield makeChunk(given)
        await checkHeld(given, allowed)
      }
      const file = (await context.files()).file('large.bin')
      await file.upload(source(), { sizeBytes: 2 * allowed })
    },
  ),
  check(
    'files/read-bounded',
    'reading a file holds what is read, and does not gather the file in memory',
    { needs: ['files.write', 'files.read'], timeoutMs: 120_000 },
    async (context) => {
      const file = (await context.files()).file('large.bin')
      const sizeBytes = 2 * usualBytes
      await file.upload(zeros(sizeBytes), { sizeBytes })
      const before = await heldBytes()
      let read = 0
      for await (const chunk of file.stream()) {
        read += chunk.byteLength
        if (read > chunk.byteLength) continue
        // Whoever reads ahead gets the time to.
        await wait(20)
        const held = (await heldBytes()) - before
        assert.ok(held < usualBytes, `${held} bytes are held of a file of ${sizeBytes}`)
      }
      assert.equal(read, sizeBytes)
    },
  ),
]

/** How much of a file may be on its way: some chunks, or some parts where the backend cuts files into parts. */
function allowedBytes({ capabilities }: CheckContext): number {
  const { partBytes = 0 } = capabilities.limits
  return Math.max(usualBytes, partBytes > largestParts ? 0 : 6 * partBytes)
}

function makeChunk(given: WeakRef<Uint8Array>[]): Uint8Array {
  const chunk = new Uint8Array(chunkBytes)
  given.push(new WeakRef(chunk))
  return chunk
}

async function checkHeld(given: readonly WeakRef<Uint8Array>[], allowed: number): Promise<void> {
  await collectGarbage()
  const held = given.filter((one) => one.deref() !== undefined).length * chunkBytes
  assert.ok(held <= allowed, `${held} bytes are held after ${given.length * chunkBytes} were given`)
}

/** What checks before have left behind goes bit by bit, and would be taken off what this one holds. */
async function heldBytes(): Promise<number> {
  for (let before = Number.POSITIVE_INFINITY; ;) {
    await collectGarbage()
    const { arrayBuffers } = process.memoryUsage()
    if (arrayBuffers >= before) return arrayBuffers
    before = arrayBuffers
    await wait(20)
  }
}

// oxlint-disable-next-line typescript/require-await -- an upload takes asynchronous iterables
async function* zeros(sizeBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let bytes = 0; bytes < sizeBytes; bytes += chunkBytes) yield new Uint8Array(chunkBytes)
}
