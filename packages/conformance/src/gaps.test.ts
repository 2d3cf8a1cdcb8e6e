import { describe, expect, test } from 'vitest'
import { check } from './check.ts'
import { findGap, type Gap, gapOfNeed, idleGaps } from './gaps.ts'

const gap = (reason: string): Gap => ({ kind: 'never', reason })
const rangeCheck = check('files/range-middle', 'a range gives its bytes', {}, async () => {})

describe('findGap', () => {
  test('covers a check by its id and by a pattern of ids', () => {
    expect(findGap({ 'files/range-middle': gap('one') }, rangeCheck, [])).toMatchObject({ reason: 'one' })
    expect(findGap({ 'files/range-*': gap('some') }, rangeCheck, [])).toMatchObject({ key: 'files/range-*' })
    expect(findGap({ 'files/*': gap('all') }, rangeCheck, [])).toMatchObject({ reason: 'all' })
  })

  test('covers a check by what the backend lacks for it', () => {
    expect(findGap({ 'files.range': gap('no ranges') }, rangeCheck, ['files.range'])).toMatchObject({
      reason: 'no ranges',
    })
    expect(findGap({ 'files.*': gap('no files') }, rangeCheck, ['files.read', 'files.range'])).toMatchObject({
      reason: 'no files',
    })
    expect(findGap({ 'files.range': gap('no ranges') }, rangeCheck, [])).toBeUndefined()
  })

  test('takes the most particular one', () => {
    const gaps = { 'files/*': gap('all'), 'files/range-*': gap('ranges'), 'files/range-middle': gap('this') }
    expect(findGap(gaps, rangeCheck, [])).toMatchObject({ reason: 'this' })
    const { 'files/range-middle': _, ...patterns } = gaps
    expect(findGap(patterns, rangeCheck, [])).toMatchObject({ reason: 'ranges' })
  })

  test('reads nothing into a pattern but the star', () => {
    expect(findGap({ 'files/range.middle': gap('no') }, rangeCheck, [])).toBeUndefined()
    expect(findGap({ 'files/rang': gap('no') }, rangeCheck, [])).toBeUndefined()
    expect(findGap({ 'les/*': gap('no') }, rangeCheck, [])).toBeUndefined()
  })
})

test('a gap that covered nothing is idle', () => {
  expect(idleGaps({ 'files/a': gap('a'), 'files/b': gap('b') }, new Set(['files/a']))).toEqual(['files/b'])
})

test('a capability is explained by its own gap before that of its group', () => {
  const gaps = { 'tables.*': gap('no tables'), 'tables.find': gap('no find'), 'tables/find': gap('a check') }
  expect(gapOfNeed(gaps, 'tables.find')).toEqual(gap('no find'))
  expect(gapOfNeed(gaps, 'tables.drop')).toEqual(gap('no tables'))
  expect(gapOfNeed(gaps, 'files.read')).toBeUndefined()
})
