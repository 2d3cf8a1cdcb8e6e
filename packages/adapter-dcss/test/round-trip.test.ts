import { expect, test } from 'vitest'
import { startDcss } from './dcss-fixture.ts'

test('a file goes to a space and back, with a token', async () => {
  const { open } = await startDcss()
  const space = open().bucket('private')
  const file = space.file('a b/c+d #1?.txt')
  await file.put('hello')
  expect(await file.text()).toBe('hello')
  expect(await file.get({ range: { start: 1, end: 3 } })).toEqual(new Uint8Array(Buffer.from('el')))
  expect(await space.files().toArray()).toMatchObject([
    { kind: 'file', file: { key: 'a b/c+d #1?.txt', sizeBytes: 5 } },
  ])
  await file.delete()
  expect(await file.exists()).toBe(false)
  expect(await space.files().toArray()).toEqual([])
})

test('a file goes to a bucket and back, with credentials for S3', async () => {
  const { openDirect } = await startDcss()
  const space = openDirect().bucket('private')
  const file = space.file("a b/c+d #1?'.txt")
  await file.put('hello', { contentType: 'text/plain' })
  expect(await file.text()).toBe('hello')
  expect((await file.stat()).contentType).toBe('text/plain')
  expect(await space.files().toArray()).toMatchObject([{ kind: 'file', file: { sizeBytes: 5 } }])
  await file.copyTo(space.file('copy'))
  expect(await space.file('copy').text()).toBe('hello')
  await file.delete()
  expect(await file.exists()).toBe(false)
})
