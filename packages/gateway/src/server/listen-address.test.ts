import { expect, test } from 'vitest'
import { findListenAddress, isLoopback, urlHost } from './listen-address.ts'

const open = { hasToken: false, hasTls: false, isAllowed: false }

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['128.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
])('%s is loopback: %s', (address, isIt) => {
  expect(isLoopback(address)).toBe(isIt)
})

test('a name is looked up before it is judged', async () => {
  expect(isLoopback(await findListenAddress('localhost', open))).toBe(true)
})

test.each([
  [{ ...open, hasToken: true }, /give TLS/],
  [{ ...open, hasTls: true }, /give a token of your own,/],
  [open, /give a token of your own and TLS/],
])('%j is not enough beyond loopback', async (protection, message) => {
  await expect(findListenAddress('10.0.0.1', protection)).rejects.toThrow(message)
})

test('token and TLS together are, and so is the word of the operator', async () => {
  expect(await findListenAddress('10.0.0.1', { hasToken: true, hasTls: true, isAllowed: false })).toBe('10.0.0.1')
  expect(await findListenAddress('::', { ...open, isAllowed: true })).toBe('::')
})

test.each([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
  ['::1', '[::1]'],
  ['127.0.0.1', '127.0.0.1'],
])('what listens on %s is reached here at %s', (address, host) => {
  expect(urlHost(address)).toBe(host)
})
