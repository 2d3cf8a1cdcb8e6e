import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { readAll } from '@stowage/core/driver'
import { startKeboolaGateway } from '@stowage/gateway'
import { createKeboolaClient } from '../src/client.ts'
import { explainKeboolaError } from '../src/errors.ts'

for (const fileProvider of ['aws', 'azure', 'gcp'] as const) {
  const inner = createStorage(await createLocalDriver({ memory: true }))
  const gateway = await startKeboolaGateway({ storage: inner, fileProvider })
  const c = createKeboolaClient(
    { url: gateway.url, token: gateway.token, pollFirstMs: 2, jobDeadlineMs: 3000, pollMaxMs: 20 },
    { environment: {} },
  )
  try {
    console.log(fileProvider, await c.project.verifyToken(), await c.project.getStack(), await c.project.listBranches())
    const big = randomBytes(23 * 1024 * 1024 + 5)
    async function* stream() {
      for (let i = 0; i < big.length; i += 70000) yield big.subarray(i, i + 70000)
    }
    for (const [name, src, size] of [
      ['empty', Buffer.alloc(0)],
      ['small', Buffer.from('hello')],
      ['bytes', big],
      ['stream', stream()],
      ['known', stream(), big.length],
    ] as const) {
      const t = performance.now()
      const f = await c.files.upload(src as Buffer, {
        name: `${name} ü.bin`,
        tags: ['a b', 'c/d'],
        sizeBytes: size as number,
      })
      const got = await c.files.read(f.id)
      const all = await readAll(got.body)
      const want = name === 'empty' ? Buffer.alloc(0) : name === 'small' ? Buffer.from('hello') : big
      console.log(
        name,
        f.id,
        f.sizeBytes,
        got.sizeBytes,
        Buffer.compare(all, want),
        Math.round(performance.now() - t),
        'ms',
      )
      if (name === 'known') {
        const part = await c.files.read(f, { range: { start: 1000, end: 6_000_000 } })
        console.log('range', part.sizeBytes, Buffer.compare(await readAll(part.body), big.subarray(1000, 6_000_000)))
        console.log(await c.files.read(f, { range: { start: 99_000_000 } }).catch((e: unknown) => String(e)))
        await c.files.addTag(f.id, 'ž/ý')
        await c.files.deleteTag(f.id, 'c/d')
        console.log((await c.files.get(f.id)).tags)
        await (await c.files.delete(f.id)).wait().catch((e: unknown) => console.log(String(e)))
        console.log(explainKeboolaError(await c.files.get(f.id).catch((e: unknown) => e)))
      }
    }
    const sliced = await c.files.uploadSliced(
      [
        { name: 's1.gz', source: gzipSync('1,a\n') },
        { name: 's2.gz', source: gzipSync('2,b\n') },
      ],
      { name: 'x.csv' },
    )
    console.log(
      'sliced',
      Buffer.from(await readAll((await c.files.read(sliced.id, { decompress: true })).body)).toString(),
    )
    const b = await c.buckets.create({ name: 'main' })
    const csv = await c.files.upload(gzipSync('"id","n"\n"1","Ann"\n"2","Bob"\n'), { name: 'x.csv', isForImport: true })
    console.log(csv.name)
    const t = await (await c.tables.create(b.id, { name: 'orders', dataFileId: csv.id, primaryKey: ['id'] })).wait()
    console.log(t.id, t.columns, t.primaryKey)
    const more = await (
      await c.tables.import(t.id, { dataFileId: sliced.id, columns: ['id', 'n'], incremental: true })
    ).wait()
    console.log(more)
    const ex = await (
      await c.tables.export(t.id, {
        columns: ['n', 'id'],
        whereFilters: [{ column: 'id', operator: 'eq', values: ['1', '2'] }],
      })
    ).wait()
    const content = await c.files.readExport(ex)
    console.log(ex, content.hasHeader, Buffer.from(await readAll(content.body)).toString())
    console.log(await c.tables.preview(t.id), await c.tables.previewCsv(t.id))
    await (
      await c.tables.setPrimaryKey(t.id, ['n']).catch((e: unknown) => {
        console.log(explainKeboolaError(e))
        return c.tables.deletePrimaryKey(t.id)
      })
    )
      .wait()
      .catch((e: unknown) => console.log(explainKeboolaError(e)))
    console.log(
      await (
        await c.tables.deleteRows(t.id, { whereFilters: [{ column: 'id', operator: 'eq', values: ['2'] }] })
      ).wait(),
    )
    console.log(
      (await c.tables.list())[0],
      (await c.buckets.list())[0],
      (await c.jobs.list({ limit: 2 })).map((j) => j.operationName),
    )
    console.log(
      await c.metadata.setOfTable(t.id, {
        provider: 'me',
        metadata: [{ key: 'k', value: 'v' }],
        columnsMetadata: { id: [{ key: 'c', value: 'd' }] },
      }),
    )
    const snap = await (await c.snapshots.create(t.id, { description: 'd' })).wait().catch((e: unknown) => e)
    console.log(snap)
    gateway.expireUrls()
  } catch (error) {
    console.log(error, explainKeboolaError(error))
  } finally {
    c.close()
    await gateway.close()
    await inner.close()
  }
}
