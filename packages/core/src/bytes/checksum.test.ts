import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Checksums } from './checksum.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('Checksums', () => {
  test('the published check values come out', () => {
    const checksums = new Checksums(['crc32', 'sha256', 'md5'])
    checksums.update(text('123456789'))
    expect(checksums.digest()).toEqual({
      crc32: 'cbf43926',
      sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
      md5: '25f9e794323b453885f5181f1b624d0b',
    })
  })

  test('nothing at all has checksums too, with leading zeros kept', () => {
    expect(new Checksums(['crc32', 'md5']).digest()).toEqual({
      crc32: '00000000',
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
    })
    expect(new Checksums([]).digest()).toEqual({})
  })

  test('where the bytes are cut, and asking in between, makes no difference', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const whole = new Checksums(['crc32', 'sha256', 'crc32'])
        whole.update(bytes)
        const parts = new Checksums(['sha256', 'crc32'])
        parts.update(bytes.subarray(0, cut))
        parts.digest()
        parts.update(bytes.subarray(cut))
        expect(parts.digest()).toEqual(whole.digest())
      }),
    )
  })
})
