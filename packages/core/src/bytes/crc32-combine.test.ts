import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combineCrc32 } from './crc32-combine.ts'

test('the CRC32 of two runs is that of both behind each other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000 }), (first, second) => {
      const whole = crc32(Buffer.concat([first, second]))
      expect(combineCrc32(crc32(first), crc32(second), second.byteLength)).toBe(whole)
    }),
  )
})

test('runs of many lengths, empty and large ones, combine', () => {
  const bytes = Buffer.alloc(3_000_001, 'stowage')
  for (const cut of [0, 1, 2, 255, 256, 65_536, 1_048_576, 2_999_999, 3_000_001]) {
    const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)]
    expect(combineCrc32(crc32(first), crc32(second), second.byteLength)).toBe(crc32(bytes))
  }
})

test('a second run of more than 4 GiB is counted whole', () => {
  const mebibyte = Buffer.alloc(2 ** 20)
  let zeros = crc32(mebibyte)
  // Doubling the run 13 times: 8 GiB of zeros.
  for (let bytes = 2 ** 20; bytes < 2 ** 33; bytes *= 2) zeros = combineCrc32(zeros, zeros, bytes)
  const half = combineCrc32(crc32(Buffer.from('a')), zeros, 2 ** 33)
  const once = combineCrc32(crc32(Buffer.concat([Buffer.from('a'), mebibyte])), 0, 0)
  expect(half).not.toBe(once)
  // Splitting the same run elsewhere comes to the same.
  const lessOne = combineOfZeros(2 ** 33 - 2 ** 20)
  const split = combineCrc32(
    combineCrc32(crc32(Buffer.from('a')), crc32(mebibyte), 2 ** 20),
    lessOne,
    2 ** 33 - 2 ** 20,
  )
  expect(split).toBe(half)
})

function combineOfZeros(bytes: number): number {
  const mebibyte = crc32(Buffer.alloc(2 ** 20))
  let [result, power, size] = [crc32(Buffer.alloc(0)), mebibyte, 2 ** 20]
  for (let left = bytes / 2 ** 20; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = combineCrc32(result, power, size)
    power = combineCrc32(power, power, size)
    size *= 2
  }
  return result
}
