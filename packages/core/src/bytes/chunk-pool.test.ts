import { describe, expect, test } from 'vitest'
import { lendChunk, returnChunk } from './chunk-pool.ts'

// Smaller ones have memory of their own.
const large = 100_000

describe('lent chunks', () => {
  test('a chunk that was given back is lent again', () => {
    const chunk = lendChunk(large)
    expect(chunk.byteLength).toBe(large)
    returnChunk(chunk)
    expect(lendChunk(2 * large).buffer).toBe(chunk.buffer)
  })

  test('two chunks that are out never share memory', () => {
    const first = lendChunk(large)
    const second = lendChunk(large)
    expect(first.buffer).not.toBe(second.buffer)
    returnChunk(first)
    returnChunk(first)
    expect(lendChunk(large).buffer).not.toBe(lendChunk(large).buffer)
  })

  test('a small chunk has no more memory than it needs, and none of it is lent twice', () => {
    const chunk = lendChunk(10)
    expect(chunk.byteLength).toBe(10)
    expect(chunk.buffer.byteLength).toBeLessThan(100_000)
    returnChunk(chunk)
    const others = [lendChunk(10).fill(1), lendChunk(large).fill(1)]
    chunk.fill(2)
    expect(others.every((other) => other.every((byte) => byte === 1))).toBe(true)
  })

  test('memory that was not lent is left alone', () => {
    const own = new Uint8Array(large)
    returnChunk(own)
    expect(lendChunk(large).buffer).not.toBe(own.buffer)
  })

  test('a part of a chunk gives all of it back', () => {
    const chunk = lendChunk(large)
    returnChunk(chunk.subarray(50))
    expect(lendChunk(large).buffer).toBe(chunk.buffer)
  })
})
