import { describe, expect, test } from 'vitest'
import { checkContainerName, checkMetadata, checkSignedFor, endOfLifetime } from './abeja-rules.ts'

const nowMs = Date.parse('2026-11-21T00:00:00Z')
const dayMs = 86_400_000
const refused = expect.objectContaining({ code: 'invalid-argument' }) as Error

describe('endOfLifetime', () => {
  test.each([1, 7, 30, 180, 365])('takes %d days, to a few minutes', (days) => {
    const end = nowMs + days * dayMs
    for (const ms of [end, end - 300_000, end + 300_000])
      expect(endOfLifetime(new Date(ms), nowMs)).toEqual(new Date(end))
    expect(() => endOfLifetime(new Date(end + 300_001), nowMs)).toThrow(refused)
  })

  test('rounds nothing', () => {
    for (const days of [0, -1, 2, 10, 366])
      expect(() => endOfLifetime(new Date(nowMs + days * dayMs), nowMs)).toThrow(refused)
  })
})

test('metadata may not use names of the service, of its adapter, or ones no header carries', () => {
  expect(() => checkMetadata({ label: 'x', 'Größe (cm)': '1', stow: '', 'x-abej': '' })).not.toThrow()
  for (const name of [
    'filename',
    'Content-Type',
    'content_type',
    'stowage',
    'Stowage-x',
    'X-ABEJA-meta-a',
    '',
    'a/b',
    '\ud800',
  ])
    expect(() => checkMetadata({ [name]: 'x' })).toThrow(refused)
  expect(() => checkMetadata({ a: '\udc00' })).toThrow(refused)
})

test('a name that reads as an address is refused', () => {
  expect(() => checkContainerName('channel:x')).not.toThrow()
  for (const name of ['channel:1519283746501', 'bucket:1']) expect(() => checkContainerName(name)).toThrow(refused)
})

test('a URL is signed for up to an hour, with a minute of doubt', () => {
  expect(() => checkSignedFor(3_660_000)).not.toThrow()
  expect(() => checkSignedFor(3_660_001)).toThrow(refused)
})
