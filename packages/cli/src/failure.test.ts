import { StorageError, type StorageErrorCode } from '@stowage/core'
import { expect, test } from 'vitest'
import { exitCodeByError } from './exit-code.ts'
import { showFailure } from './failure.ts'

test.each([
  ['invalid-argument', 2],
  ['not-found', 3],
  ['already-exists', 4],
  ['permission-denied', 5],
  ['unsupported', 6],
  ['rate-limited', 7],
  ['corrupt-data', 8],
  ['outcome-unknown', 9],
  ['aborted', 130],
] as const)('%s ends with %i and its message alone', async (code, exitCode) => {
  const shown = await showFailure(new StorageError({ code, message: 'what happened' }))
  expect(shown).toEqual({ exitCode, text: 'error: what happened\n' })
})

test('no failure ends with success', () => {
  const codes = Object.entries(exitCodeByError) as [StorageErrorCode, number][]
  expect(codes.filter(([, exitCode]) => exitCode < 1 || exitCode > 255)).toEqual([])
})

test('what nobody foresaw keeps its stack, without secrets', async () => {
  const { exitCode, text } = await showFailure(new TypeError('sent Bearer abcdefgh12'))
  expect(exitCode).toBe(1)
  expect(text).toMatch(/^error: TypeError: sent Bearer \*\*\*\n {4}at /)
  expect((await showFailure('just text')).text).toBe('error: just text\n')
})
