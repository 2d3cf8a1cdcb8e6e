import { expect, test } from 'vitest'
import type { KeboolaClient } from '../src/client.ts'
import { answerAll, job, makeClient, token } from './wire-fixture.ts'

/** What is called, what is answered, and what goes over the wire, word for word: the line decoded, the body as text. */
export type RequestRow = [
  what: string,
  call: (client: KeboolaClient) => Promise<unknown>,
  answer: unknown,
  line: string,
  body?: string,
]

/** Gives a job that was done, with its results. */
export function jobOf(results: unknown): object {
  return { ...job, results }
}

/** Makes a test of each row. */
export function proveRequests(rows: readonly RequestRow[]): void {
  test.each([...rows])('%s', async (_, call, answer, line, body) => {
    const seen = answerAll([200, answer])
    const given = await call(makeClient())
    expect(seen.map((request) => [request.line, request.body])).toEqual([[line, body ?? '']])
    const { headers } = seen[0] ?? { headers: {} as Record<string, string> }
    expect(headers['x-storageapi-token']).toBe(token)
    expect(headers['content-type']).toBe(body === undefined ? undefined : 'application/json')
    expect(headers['user-agent']).toMatch(/^stowage/)
    // What was submitted is looked at in its first answer: none of these jobs needs another request.
    if (typeof given === 'object' && given !== null && 'wait' in given)
      await (given as { wait(): Promise<unknown> }).wait()
    expect(seen).toHaveLength(1)
  })
}
