import { expect, test } from 'vitest'
import { startDcss } from './dcss-fixture.ts'

const bytes = new Uint8Array(2500).fill(7)

test('many small files of a folder cost a request each, and parts of older versions still go', async () => {
  const { gateway, openDirect, stored } = await startDcss({ maxObjectBytes: 1000 })
  const space = openDirect({ partBytes: 1000 }).bucket('private')
  await space.file('a/17').upload(bytes)
  for (let index = 0; index < 40; index += 1) await space.file(`a/${index}`).put('x')
  const heads = gateway.requests.filter(({ method, path }) => method === 'HEAD' && path.endsWith('.000'))
  expect(heads.length).toBeLessThan(25)
  const keys = await stored.bucket('private').files({ prefix: 'a/17' }).toArray()
  expect(keys.map((entry) => entry.kind === 'file' && entry.file.key)).toEqual(['a/17'])
})

test('a file written in parts meanwhile is known at once', async () => {
  const { openDirect, stored } = await startDcss({ maxObjectBytes: 1000 })
  const space = openDirect({ partBytes: 1000 }).bucket('private')
  for (let index = 0; index < 20; index += 1) await space.file(`${index}`).put('x')
  await space.file('3').upload(bytes)
  await space.file('3').put('x')
  expect(await stored.bucket('private').files({ prefix: '3' }).toArray()).toHaveLength(1)
})
