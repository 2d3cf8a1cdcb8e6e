import { createLocalDriver } from '@stowage/adapter-local'
import { chaosFaults, type Fault } from '@stowage/conformance'
import { type Bucket, createStorage, type Storage, StorageError } from '@stowage/core'
import { ReceiptRecorder, retryLayer, type RowBatch, type StorageDriver } from '@stowage/core/driver'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const faults = chaosFaults()
const content = 'ten bytes.'.repeat(1000)
let driver: StorageDriver
let storage: Storage
let bucket: Bucket

beforeEach(async () => {
  driver = faults.layer(await createLocalDriver({ memory: true }))
  storage = createStorage<StorageDriver>(driver)
  bucket = storage.bucket('b')
  await bucket.create()
  await bucket.table('t').create({ columns: { id: 'string' } })
})

afterEach(async () => {
  await faults.hook.clear()
  await storage.close()
})

function codeOf(work: PromiseLike<unknown>): Promise<string> {
  return Promise.resolve(work).then(
    () => 'ok',
    (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
  )
}

const rowCount = async (): Promise<number> => (await bucket.table('t').count()).count

describe('chaosFaults', () => {
  test('a status comes instead of the work or after it, as often as told', async () => {
    const insert = (): Promise<string> => codeOf(bucket.table('t').insert({ id: '1' }))
    await faults.hook.inject({ kind: 'status-before', operation: 'tables.insert', status: 429, times: 2 })
    await faults.hook.inject({ kind: 'status-after', operation: 'tables.insert', status: 503 })
    expect([await insert(), await insert(), await rowCount()]).toEqual(['rate-limited', 'rate-limited', 0])
    expect([await insert(), await rowCount()]).toEqual(['unavailable', 1])
    expect([await insert(), await rowCount()]).toEqual(['ok', 2])
  })

  test('an answer asks to wait as long as told', async () => {
    await faults.hook.inject({ kind: 'status-before', operation: 'ping', status: 503, retryAfterMs: 1234 })
    await expect(storage.ping()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1234, retryable: true })
  })

  test('other operations meet nothing, and what is cleared does not happen', async () => {
    await faults.hook.inject({ kind: 'status-before', operation: 'tables.insert', status: 500 })
    expect(await rowCount()).toBe(0)
    await faults.hook.clear()
    expect(await codeOf(bucket.table('t').insert({ id: '1' }))).toBe('ok')
  })

  test('a late answer comes late', async () => {
    await faults.hook.inject({ kind: 'latency', operation: 'buckets.get', ms: 1000 })
    expect(await codeOf(bucket.info({ timeoutMs: 5 }))).toBe('timeout')
    expect(await codeOf(bucket.info({ timeoutMs: 500 }))).toBe('ok')
  })

  test('a body breaks off after so many bytes, and core takes it up again', async () => {
    await bucket.file('f').put(content)
    await faults.hook.inject({ kind: 'drop-read', operation: 'files.read', afterBytes: 4321, times: 2 })
    const got: number[] = []
    const call = { signal: new AbortController().signal, receipt: new ReceiptRecorder() }
    const { body } = await driver.files!.read({ bucket: 'b', key: 'f', range: undefined, ifEtag: undefined }, call)
    const read = async (): Promise<void> => {
      for await (const chunk of body) got.push(chunk.byteLength)
    }
    expect(await codeOf(read())).toBe('unavailable')
    expect(got.reduce((sum, size) => sum + size, 0)).toBe(4321)
    expect(await bucket.file('f').text()).toBe(content)
  })

  test('a page that breaks off is lost, and nothing more', async () => {
    await faults.hook.inject({ kind: 'drop-read', operation: 'tables.find', afterBytes: 1 })
    expect(await codeOf(bucket.table('t').find().toArray())).toBe('unavailable')
    expect(await codeOf(bucket.table('t').find().toArray())).toBe('ok')
  })

  test('a write that breaks off leaves what was there', async () => {
    const file = bucket.file('f')
    await file.put('old')
    for (const input of [Buffer.from(content), new Blob([content]).stream()]) {
      await faults.hook.inject({ kind: 'drop-write', operation: 'files.write', afterBytes: 9999 })
      expect(await codeOf(file.upload(input))).toBe('unavailable')
      expect(await file.text()).toBe('old')
    }
    await faults.hook.inject({ kind: 'drop-write', operation: 'files.write', afterBytes: 0 })
    const retried = createStorage(retryLayer({ baseDelayMs: 1 })(driver))
    await retried.bucket('b').file('f').upload(Buffer.from(content))
    expect(await file.text()).toBe(content)
  })

  test('rows break off as bytes do', async () => {
    const table = bucket.table('t')
    const rows = Array.from({ length: 10 }, (_, index) => ({ id: String(index) }))
    await faults.hook.inject({ kind: 'drop-write', operation: 'tables.load', afterBytes: 12 })
    expect([await codeOf(table.load(rows)), await rowCount()]).toEqual(['unavailable', 0])
    await faults.hook.inject({ kind: 'drop-write', operation: 'tables.insert', afterBytes: 12 })
    expect([await codeOf(table.insert(rows)), await rowCount()]).toEqual(['unavailable', 0])
  })

  test.each(['failed', 'cancelled', 'terminated', 'processing'] as const)(
    'a job ends as %s, and says so',
    async (status) => {
      const fault: Fault = { kind: 'job', status }
      await faults.hook.inject(fault)
      let id = ''
      const call = { signal: AbortSignal.timeout(20), receipt: new ReceiptRecorder() }
      const load = driver.tables!.load(
        { bucket: 'b', table: 't', mode: 'append', batches: oneRow(), onJob: (job) => (id = job), onProgress() {} },
        call,
      )
      expect(await codeOf(load)).not.toBe('ok')
      expect((await storage.job(id).info()).status).toBe(status)
      const expected = { failed: 'unavailable', cancelled: 'aborted', terminated: 'aborted', processing: 'timeout' }
      expect(await codeOf(storage.job(id).wait({ deadlineMs: 20, pollMs: 1 }))).toBe(expected[status])
      expect(await rowCount()).toBe(0)
      expect(await codeOf(bucket.table('t').load([{ id: '1' }]))).toBe('ok')
    },
  )

  test('signed URLs that expire mean nothing to a driver that uses none', async () => {
    await bucket.file('f').put(content)
    await faults.hook.inject({ kind: 'expire-urls' })
    expect(await bucket.file('f').text()).toBe(content)
  })
})

// oxlint-disable-next-line typescript/require-await -- the contract is an asynchronous iterable
async function* oneRow(): AsyncGenerator<RowBatch, void, undefined> {
  yield { columns: ['id'], rows: [['1']] }
}
