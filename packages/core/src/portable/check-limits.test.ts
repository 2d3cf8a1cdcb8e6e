import { expect, test } from 'vitest'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { checkLimits } from './check-limits.ts'

function driverWith(limits: Record<string, number | undefined>): StorageDriver {
  return { backend: 'shelf', capabilities: { limits } } as unknown as StorageDriver
}

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a limit of %d is refused by its name',
  (rowsPerInsert) => {
    expect(() => checkLimits(driverWith({ pageSize: 10, rowsPerInsert }))).toThrow(
      `the driver of shelf states the limit rowsPerInsert as ${rowsPerInsert}: a limit is a whole number from 1, or left out`,
    )
  },
)

test('limits from 1 are taken, and none at all', () => {
  expect(() => checkLimits(driverWith({ pageSize: 1, keyBytes: undefined }))).not.toThrow()
  expect(() => checkLimits(driverWith({}))).not.toThrow()
})
