import { expect, test } from 'vitest'
import { closestName, didYouMean } from './suggestion.ts'

test.each([
  ['tokn', 'token'],
  ['tkoen', 'token'],
  ['TOKEN', 'token'],
  ['baseurl', 'baseUrl'],
  ['pth', 'path'],
])('%s was meant to be %s', (name, meant) => {
  expect(closestName(name, ['url', 'token', 'baseUrl', 'path'])).toBe(meant)
})

test('nothing is suggested for a name that is like no other', () => {
  expect(closestName('colour', ['token', 'path'])).toBeUndefined()
  expect(didYouMean('colour', ['token', 'path'])).toBe('')
})

test('a name of a letter or two is only suggested for itself', () => {
  expect(closestName('x', ['a', 'b'])).toBeUndefined()
  expect(closestName('A', ['a', 'b'])).toBe('a')
})

test('a hostile name costs nothing', () => {
  expect(closestName('x'.repeat(1_000_000), ['x'])).toBeUndefined()
})
