import fc from 'fast-check'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { checksumBytes, type ChecksumName, checksumNames, startChecksum } from './checksums.ts'
import { combineCrc32 } from './crc32-combine.ts'

function checksumOf(name: ChecksumName, ...pieces: readonly Uint8Array[]): Buffer {
  const running = startChecksum(name)
  for (const piece of pieces) running.update(piece)
  return Buffer.from(running.digest(), 'base64')
}

test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
] as const)('%s has its published check value', (name, hex) => {
  expect(checksumOf(name, Buffer.from('123456789')).toString('hex')).toBe(hex)
})

test.each(checksumNames)('%s is the same however its bytes are cut', (name) => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
    const whole = checksumOf(name, bytes)
    expect(checksumOf(name, bytes.subarray(0, at), bytes.subarray(at)).equals(whole)).toBe(true)
    expect(whole.length).toBe(checksumBytes[name])
  })
  fc.assert(property)
})

test('the CRC32 of two pieces comes from those of each', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000 }), (one, other) => {
    const whole = crc32(Buffer.concat([one, other]))
    expect(combineCrc32(crc32(one), crc32(other), other.length)).toBe(whole)
  })
  fc.assert(property)
})

test('the CRC32 of pieces beyond 4 GiB can be combined', () => {
  const zeros = Buffer.alloc(1024 * 1024)
  let whole = crc32('a')
  for (let times = 0; times < 64; times += 1) whole = crc32(zeros, whole)
  expect(combineCrc32(crc32('a'), crcOfZeros(64 * zeros.length), 64 * zeros.length)).toBe(whole)
  const eightGiB = 8 * 1024 ** 3
  const halves = combineCrc32(crcOfZeros(eightGiB / 2), crcOfZeros(eightGiB / 2), eightGiB / 2)
  expect(crcOfZeros(eightGiB)).toBe(halves)
})

function crcOfZeros(bytes: number): number {
  if (bytes === 1) return crc32(Buffer.alloc(1))
  const half = crcOfZeros(bytes / 2)
  return combineCrc32(half, half, bytes / 2)
}
