import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { readAll } from '@stowage/core/driver'
import { type KeboolaGateway, startKeboolaGateway } from '@stowage/gateway'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createKeboolaClient, type KeboolaClient } from '../src/client.ts'
import { doneJob, prepared, startStack } from './stack-fixture.ts'
import { failureOf, file, job, token } from './wire-fixture.ts'

const mib = 1024 * 1024

async function startGateway(
  fileProvider: 'aws' | 'azure' | 'gcp',
): Promise<{ gateway: KeboolaGateway; client: KeboolaClient }> {
  const stored = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startKeboolaGateway({ storage: stored, fileProvider })
  const options = { url: gateway.url, token: gateway.token, pollFirstMs: 1, pollMaxMs: 10 }
  const client = createKeboolaClient(options, { environment: {} })
  onTestFinished(async () => {
    client.close()
    await gateway.close()
    await stored.close()
  })
  return { gateway, client }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += 100_000) yield bytes.subarray(start, start + 100_000)
}

describe.each(['aws', 'azure', 'gcp'] as const)('files of %s, through the gateway', (provider) => {
  const isStreamed = provider !== 'gcp'

  test('come back as they were sent', async () => {
    const { client } = await startGateway(provider)
    const big = randomBytes(6 * mib + 1)
    const inputs: [Uint8Array | AsyncIterable<Uint8Array>, number | undefined, Uint8Array][] = [
      [Buffer.alloc(0), undefined, Buffer.alloc(0)],
      [Buffer.from('hello'), undefined, Buffer.from('hello')],
      [chunksOf(big), big.byteLength, big],
    ]
    // The gateway's Google takes no chunked bodies yet; the real one does.
    if (isStreamed) inputs.push([chunksOf(big), undefined, big])
    for (const [input, sizeBytes, expected] of inputs) {
      const { id } = await client.files.upload(input, { name: 'ž x.bin', sizeBytes, tags: ['a b'] })
      const content = await client.files.read(id)
      expect(content.sizeBytes).toBe(expected.byteLength)
      expect(Buffer.compare(await readAll(content.body), expected)).toBe(0)
    }
  })

  test('in slices are imported, exported and read', async () => {
    const { client, gateway } = await startGateway(provider)
    const bucket = await client.buckets.create({ name: 'main' })
    const csv = await client.files.upload(gzipSync('"id","n"\n"1","Ann"\n"2","Bob"\n'), {
      name: 'x.csv',
      isForImport: true,
    })
    const created = await client.tables.create(bucket.id, { name: 'orders', dataFileId: csv.id, primaryKey: ['id'] })
    const { id } = await created.wait()
    const slices = ['3,Cid\n', '4,Dan\n'].map((text, index) => ({ name: `s${index}.gz`, source: gzipSync(text) }))
    const sliced = await client.files.uploadSliced(slices, { name: 'more.csv' })
    const imported = await client.tables.import(id, { dataFileId: sliced.id, columns: ['id', 'n'], incremental: true })
    expect(await imported.wait()).toMatchObject({ importedRowsCount: 2, totalRowsCount: 4 })
    const exported = await client.tables.export(id, { columns: ['n'] })
    const content = await client.files.readExport(await exported.wait())
    const lines = String(Buffer.from(await readAll(content.body)))
      .trim()
      .split('\n')
    expect([content.hasHeader, lines.toSorted()]).toEqual([false, ['"Ann"', '"Bob"', '"Cid"', '"Dan"']])
    const hosts = gateway.requests.filter(({ path }) => !path.startsWith('/v2/storage'))
    expect(hosts.length).toBeGreaterThan(5)
    expect(JSON.stringify(hosts)).not.toContain(gateway.token)
  })

  test('are read with a fresh URL when theirs has expired', async () => {
    const { client, gateway } = await startGateway(provider)
    const { id } = await client.files.upload(Buffer.from('hello'), { name: 'x' })
    const known = await client.files.get(id)
    gateway.expireUrls()
    expect(String(Buffer.from(await readAll((await client.files.read(known)).body)))).toBe('hello')
  })
})

test('files are listed page by page, each asked for by the last id of the one before', async () => {
  const files = [9, 8, 7, 6, 5].map((id) => ({ ...file, id }))
  const { client, requests } = await startStack(({ line }) => {
    const maxId = Number(/maxId=(\d+)/.exec(line)?.[1] ?? '99')
    return [200, files.filter(({ id }) => id < maxId).slice(0, 2)]
  })
  const seen: string[] = []
  for await (const { id } of client.files.iterate({ limit: 2, tags: ['a'] })) seen.push(id)
  expect(seen).toEqual(['9', '8', '7', '6', '5'])
  expect(requests).toHaveLength(3)
})

test('a listing that never moves on ends', async () => {
  const { client } = await startStack(() => [200, [file, file]])
  const seen: string[] = []
  for await (const { id } of client.files.iterate({ limit: 2 })) seen.push(id)
  expect(seen).toHaveLength(4)
})

test('an upload reads no further ahead than a few parts', async () => {
  const { client } = await startStack(({ line }, url) => {
    if (line.startsWith('POST /v2')) return [201, prepared('aws', url)]
    if (line.startsWith('DELETE')) return [200, doneJob]
    if (line.endsWith('uploads=')) return [200, '<UploadId>1</UploadId>']
    return () => {}
  })
  let readBytes = 0
  const chunk = Buffer.alloc(mib)
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; readBytes < 200 * mib; readBytes += mib) yield chunk
  }
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 300)
  await failureOf(client.files.upload(endless(), { name: 'x' }, { signal: controller.signal }))
  expect(readBytes).toBeGreaterThan(5 * mib)
  expect(readBytes).toBeLessThan(32 * mib)
})

test('a call that is not answered ends, and says that it may have been applied', async () => {
  const { url } = await startStack(() => () => {})
  const client = createKeboolaClient({ url, token, timeoutMs: 30 }, { environment: {} })
  onTestFinished(() => client.close())
  const submission = client.tables.import('in.c-main.orders', { dataFileId: '1' })
  expect(await failureOf(submission)).toMatchObject({ code: 'timeout', applied: 'unknown' })
  expect(await failureOf(client.tables.get('in.c-main.orders'))).toMatchObject({ name: 'TimeoutError' })
})

test('a look at a job that hangs is given up and repeated', async () => {
  let looks = 0
  const { url } = await startStack(({ line }) => {
    if (line.startsWith('POST')) return [202, { ...job, status: 'waiting' }]
    looks += 1
    return looks === 1 ? (response): unknown => response.destroy() : [200, { ...job, results: { totalRowsCount: 3 } }]
  })
  const client = createKeboolaClient({ url, token, pollFirstMs: 1 }, { environment: {} })
  onTestFinished(() => client.close())
  const handle = await client.tables.import('in.c-main.orders', { dataFileId: '1' })
  expect(await handle.wait()).toMatchObject({ totalRowsCount: 3 })
  expect(looks).toBe(2)
})
