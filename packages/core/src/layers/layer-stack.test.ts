import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { JobInfo } from '../contract/job.ts'
import { ReceiptRecorder } from '../contract/receipt.ts'
import type { FileContent } from '../driver/file-driver.ts'
import type { StorageDriver } from '../driver/storage-driver.ts'
import { silentLogger } from '../services/logger.ts'
import { manualClock } from '../services/manual-clock.ts'
import { builtInLayers, createLayer } from './layer-registry.ts'
import { bodyOf } from './call-body.ts'
import { operationNames } from './operation-kind.ts'
import { failure, invoke, readText, sampleResults, testDriver } from './test-driver.ts'

const options: Record<string, unknown> = {
  prefix: { buckets: 'a-', keys: 'k/' },
  rateLimit: { perMinute: 60_000 },
  concurrency: { max: 2 },
  retry: { baseDelayMs: 0 },
  chaos: { rules: [{ operation: '*', fault: { kind: 'latency', ms: 0 } }] },
}

const jobInside = (request: Record<string, unknown>): unknown => ({
  ...(sampleResults['jobs.get'](request) as JobInfo),
  resource: 'a-photos/cats',
})

/** All built-in layers but `readOnly`, in their order. */
function stack(inner: StorageDriver): StorageDriver {
  const services = { clock: manualClock(), logger: silentLogger, random: () => 0, environment: {}, fetch }
  const names = builtInLayers.map(({ name }) => name).filter((name) => name !== 'readOnly')
  return names.reduceRight<StorageDriver>((driver, name) => createLayer(name, options[name], services)(driver), inner)
}

describe('all layers together', () => {
  test.each(operationNames)('%s gives what the bare driver gives, and leaves nothing behind', async (operation) => {
    const abort = new AbortController()
    const receipt = new ReceiptRecorder()
    const inner = testDriver({ 'jobs.get': jobInside, 'jobs.cancel': jobInside })
    const result = await invoke(stack(inner), operation, {}, { signal: abort.signal, receipt })
    const bare = await invoke(testDriver(), operation)
    const [body, bareBody] = [bodyOf(operation, result), bodyOf(operation, bare)]
    const texts = body === undefined || bareBody === undefined ? [] : [await readText(body), await readText(bareBody)]
    expect(texts[0]).toBe(texts[1])
    const plain = (value: unknown): string =>
      JSON.stringify(value, (name, each: unknown) => (name === 'body' || name === 'url' ? undefined : each))
    expect(plain(result)).toBe(plain(bare))
    expect(receipt.requests).toBe(operation === 'jobs.cancel' ? 2 : 1)
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
  })

  test('a failure in the middle of a body gets through them all, in plain names', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw failure('corrupt-data', { message: 'k/a.txt ends early' })
    }
    const answer = (request: Record<string, unknown>): unknown => ({
      ...(sampleResults['files.read'](request) as FileContent),
      body: broken(),
    })
    const { body } = (await invoke(stack(testDriver({ 'files.read': answer })), 'files.read')) as FileContent
    await expect(readText(body)).rejects.toMatchObject({ code: 'corrupt-data', message: 'a.txt ends early' })
  })
})
