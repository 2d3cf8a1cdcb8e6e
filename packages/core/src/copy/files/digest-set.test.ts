import { expect, test } from 'vitest'
import { DigestSet } from './digest-set.ts'

test('it has what was added and nothing else, over many sizes', () => {
  const set = new DigestSet()
  const texts = Array.from({ length: 40_000 }, (_, at) => `key ${at}`)
  for (const text of texts.slice(0, 20_000)) set.add(text)
  expect(set.size).toBe(20_000)
  expect(texts.filter((text) => set.has(text))).toEqual(texts.slice(0, 20_000))
})

test('a text that is there already is not counted again', () => {
  const set = new DigestSet()
  expect([set.add('a'), set.add('a'), set.add('b')]).toEqual([true, false, true])
  expect(set.size).toBe(2)
})

test('an empty one has nothing', () => {
  expect(new DigestSet().has('')).toBe(false)
})
