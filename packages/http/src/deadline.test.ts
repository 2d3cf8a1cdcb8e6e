import { describe, expect, test } from 'vitest'
import { withDeadline } from './deadline.ts'

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
}

describe('withDeadline', () => {
  test('work that is done in time gives its result, and its signal stays quiet', async () => {
    let given: AbortSignal | undefined
    expect(await withDeadline(20, undefined, async (signal) => ((given = signal), 'done'))).toBe('done')
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(given?.aborted).toBe(false)
  })

  test('work that takes longer is aborted with a TimeoutError', async () => {
    const late = withDeadline(5, undefined, untilAborted)
    await expect(late).rejects.toMatchObject({ name: 'TimeoutError', message: 'no answer within 5 ms' })
  })

  test("the caller's signal ends it with its own reason, before it begins too", async () => {
    const controller = new AbortController()
    const ended = withDeadline(10_000, controller.signal, untilAborted)
    controller.abort(new Error('enough'))
    await expect(ended).rejects.toThrow('enough')
    await expect(withDeadline(10_000, controller.signal, async () => 1)).rejects.toThrow('enough')
  })

  test("0 gives the caller's signal itself", async () => {
    const { signal } = new AbortController()
    expect(await withDeadline(0, signal, async (given) => given === signal)).toBe(true)
  })
})
