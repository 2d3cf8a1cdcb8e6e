import { expect, onTestFinished, test } from 'vitest'
import { InlineEngine } from './inline-engine.ts'

function open(): InlineEngine {
  const engine = new InlineEngine({ directory: undefined, durability: 'normal' })
  onTestFinished(() => engine.close())
  return engine
}

test('a long row of calls lets timers run in between', async () => {
  const engine = open()
  let turns = 0
  const timer = setInterval(() => (turns += 1), 0)
  const end = performance.now() + 60
  while (performance.now() < end) await engine.call('listBuckets', { prefix: '', pageSize: 10, pageToken: undefined })
  clearInterval(timer)
  expect(turns).toBeGreaterThan(0)
})

test('calls run in the order they are made, whether or not they are awaited', async () => {
  const engine = open()
  const names = Array.from({ length: 300 }, (_, index) => `b${index}`)
  const calls = names.map((bucket) =>
    engine.call('createBucket', { bucket, displayName: undefined, description: undefined }),
  )
  const listing = engine.call('listBuckets', { prefix: '', pageSize: 1000, pageToken: undefined })
  expect((await listing).items).toHaveLength(300)
  await Promise.all(calls)
})

test('after closing, calls fail with closed', async () => {
  const engine = open()
  await engine.close()
  await engine.close()
  await expect(engine.call('getBucket', { bucket: 'b' })).rejects.toMatchObject({ code: 'closed' })
})
