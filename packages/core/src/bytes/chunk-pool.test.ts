import { describe, expect, test } from 'vitest'
import { lendChunk, returnChunk } from './chunk-pool.ts'

describe('lent chunks', () => {
  test('a chunk that was given back is lent again', () => {
    const chunk = lendChunk(10)
    expect(chunk.byteLength).toBe(10)
    returnChunk(chunk)
    expect(lendChunk(20).buffer).toBe(chunk.buffer)
  })

  test('two chunks that are out never share memory', () => {
    const first = lendChunk(10)
    const second = lendChunk(10)
    expect(first.buffer).not.toBe(second.buffer)
    returnChunk(first)
    returnChunk(first)
    expect(lendChunk(1).buffer).not.toBe(lendChunk(1).buffer)
  })

  test('memory that was not lent is left alone', () => {
    const own = new Uint8Array(5)
    returnChunk(own)
    expect(lendChunk(5).buffer).not.toBe(own.buffer)
  })

  test('a part of a chunk gives all of it back', () => {
    const chunk = lendChunk(100)
    returnChunk(chunk.subarray(50))
    expect(lendChunk(1).buffer).toBe(chunk.buffer)
  })
})
