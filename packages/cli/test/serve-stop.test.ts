import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { serve } from './serve-in-process.ts'
import { startStowage } from './serve-process.ts'

/** Sends a request that is being answered as soon as this is over, and tells its status or how it failed. */
async function begin({ url = '', apiKey = '' }: Readonly<Record<string, string>>): Promise<() => Promise<unknown>> {
  const request = get(`${url}/tables`, { headers: { 'x-api-key': apiKey } })
  const answer = once(request, 'response').then(
    ([response]) => (response as IncomingMessage).resume().statusCode,
    (error: NodeJS.ErrnoException) => error.code,
  )
  // One that is answered at once on another connection came later.
  await once(request, 'finish')
  await fetch(`${new URL(url).origin}/nothing`)
  return () => answer
}

describe('a request that is being answered when it stops', () => {
  test('may finish', async () => {
    const { access, stop } = await serve('zerodb', '--fault', 'delay=300ms,path=/v1')
    const answer = await begin(access[0] ?? {})
    const code = stop()
    expect([await answer(), await code]).toEqual([200, 0])
  })

  test('is cut off when --grace is over, and the exit code is 0 all the same', async () => {
    const { access, stop } = await serve('zerodb', '--fault', 'delay=60s,path=/v1', '--grace', '50ms')
    const answer = await begin(access[0] ?? {})
    const code = stop()
    expect([await answer(), await code]).toEqual(['ECONNRESET', 0])
  })
})

test('a second signal ends it at once, whatever is being answered', async () => {
  const words = ['serve', 'zerodb', '--json', '--fault', 'delay=60s,path=/v1', '--grace', '60s']
  const { child, firstLine, error, exit } = startStowage(words)
  const answer = await begin(JSON.parse(await firstLine()) as Readonly<Record<string, string>>)
  child.kill('SIGINT')
  while (!error().includes('stopping')) await once(child.stderr ?? child, 'data')
  expect(child.exitCode).toBeNull()
  child.kill('SIGINT')
  await exit()
  expect(child.signalCode).toBe('SIGINT')
  expect(await answer()).toBe('ECONNRESET')
})

test('--log none tells failures alone', async () => {
  const quiet = await serve('zerodb', '--log', 'none')
  const { url = '', apiKey = '' } = quiet.access[0] ?? {}
  expect((await fetch(`${url}/tables`, { headers: { 'x-api-key': apiKey } })).status).toBe(200)
  await quiet.stop()
  expect(quiet.error()).toBe('')
})

test.each([
  ['--grace', '5', 'Give a time, for example 250ms or 30s.'],
  ['--log', 'all', 'Allowed choices are requests, none.'],
])('%s %s is refused', async (option, value, problem) => {
  await expect(serve('zerodb', option, value)).rejects.toThrow(problem)
})
