import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage, type Storage } from '@stowage/core'
import { expect, test } from 'vitest'
import { openDriver, startGateway } from './conformance-setup.ts'

/** What an app does, knowing nothing of where. */
async function program(storage: Storage): Promise<unknown> {
  const bucket = storage.bucket('in.c-shop')
  await bucket.create()
  const orders = bucket.table('orders')
  await orders.create({
    columns: { id: 'string', city: 'string', price: 'number', paid: 'boolean', at: 'timestamp', lines: 'array' },
    primaryKey: ['id'],
  })
  const row = (id: number): { [name: string]: string | number | boolean | string[] } => ({
    id: `o${id}`,
    city: id % 2 === 0 ? 'Praha' : 'Brno',
    price: id * 1.25,
    paid: id % 3 === 0,
    at: `2026-11-${String(id + 1).padStart(2, '0')}T08:00:00Z`,
    lines: [`line ${id}`, '"quoted", with a comma'],
  })
  await orders.load(Array.from({ length: 20 }, (_, index) => row(index)))
  await orders.insert([{ ...row(3), city: 'Olomouc' }, row(20)], { mode: 'upsert' })
  const taken = await orders.insert(row(4)).catch((error: { code: string }) => error.code)
  const dear = { price: { $gte: 10 }, city: { $in: ['Praha', 'Olomouc'] } }
  const found = await orders.find(dear, { sort: { at: -1 }, limit: 4, projection: ['id', 'price', 'lines'] }).toArray()
  const updated = await orders.update({ city: 'Brno' }, { $set: { paid: true }, $inc: { price: 0.5 } })
  const { deleted } = await orders.delete({ at: { $lt: '2026-11-05T00:00:00Z' } })
  const rest = await orders.find({ paid: true }, { sort: { id: 1 } }).toArray()
  const { count } = await orders.count()
  const chunks: Uint8Array[] = []
  await orders.export((chunk) => void chunks.push(chunk), { format: 'json-lines', columns: ['id', 'city'] })
  const lines = Buffer.concat(chunks).toString().split('\n').toSorted()
  const { name, primaryKey } = await orders.info()
  await orders.drop()
  const isGone = !(await orders.exists())
  return { taken, found, updated: updated.modified, deleted, rest, count, lines, name, primaryKey, isGone }
}

test('a program does the same on the embedded backend and on Keboola', async () => {
  const local = createStorage(await createLocalDriver({ memory: true }), { emulation: 'always' })
  const gateway = await startGateway()
  const keboola = createStorage(openDriver(gateway), { emulation: 'always' })
  const [expected, found] = [await program(local), await program(keboola)]
  expect(found).toEqual(expected)
  expect(found).toMatchObject({ taken: 'conflict', isGone: true })
  await local.close()
  await keboola.close()
  await gateway.close()
})
