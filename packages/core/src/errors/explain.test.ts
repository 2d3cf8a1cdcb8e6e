import { describe, expect, test } from 'vitest'
import { toStorageError } from './explain.ts'
import { StorageError } from './storage-error.ts'

const driver = { backend: 'test' }
const place = { operation: 'files.read', resource: 'b/k' }

describe('building a StorageError', () => {
  test.each([
    ['ENOSPC', 'quota-exceeded'],
    ['EFBIG', 'quota-exceeded'],
    ['EACCES', 'permission-denied'],
    ['EROFS', 'permission-denied'],
    ['ECONNRESET', 'unavailable'],
    ['ETIMEDOUT', 'timeout'],
    ['ENOENT', 'not-found'],
  ])('%s means %s', (code, expected) => {
    const error = Object.assign(new Error(`${code}: it failed`), { code })
    const built = toStorageError(error, driver, place)
    expect(built).toMatchObject({ code: expected, nativeCode: code, backend: 'test', ...place, cause: error })
  })

  test('a connection that was never made applied nothing, one that broke may have', () => {
    const failed = (code: string) => toStorageError(Object.assign(new Error(code), { code }), driver)
    expect(failed('ECONNREFUSED').applied).toBe('no')
    expect(failed('ECONNRESET').applied).toBeUndefined()
  })

  test('what the driver says comes first', () => {
    const explainError = () => ({ code: 'rate-limited', message: 'slow down', retryAfterMs: 5 }) as const
    expect(toStorageError(new Error('429'), { ...driver, explainError })).toMatchObject({
      code: 'rate-limited',
      retryable: true,
      retryAfterMs: 5,
      applied: 'no',
    })
  })

  test('an abort and a timeout are told apart', () => {
    expect(toStorageError(AbortSignal.abort().reason, driver).code).toBe('aborted')
    expect(toStorageError(new DOMException('late', 'TimeoutError'), driver)).toMatchObject({
      code: 'timeout',
      retryable: true,
    })
  })

  test('what nobody knows is internal, whatever was thrown', () => {
    for (const thrown of [new Error('odd'), 'odd', 5, null, undefined, { odd: true }]) {
      expect(toStorageError(thrown, driver, place)).toMatchObject({ code: 'internal', retryable: false, ...place })
    }
  })

  test('a StorageError gets the place it lacks, and keeps the one it has', () => {
    const facts = { code: 'conflict', message: 'taken', details: { row: 3 }, applied: 'no' } as const
    const bare = toStorageError(new StorageError(facts), driver, place)
    expect(bare).toMatchObject({ ...facts, backend: 'test', ...place })
    expect(toStorageError(bare, { backend: 'other' }, { operation: 'ping' })).toBe(bare)
  })
})
