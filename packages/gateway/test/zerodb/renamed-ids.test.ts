import { createLocalDriver } from '@stowage/adapter-local'
import { createStorage } from '@stowage/core'
import { expect, onTestFinished, test } from 'vitest'
import { refused, startZerodb, type TestZerodb } from './zerodb-fixture.ts'

/** Serves a storage that gives rows an `_id` of its own, with a table `t` of three rows; their ids come along. */
async function serve(): Promise<{ readonly gateway: TestZerodb; readonly ids: readonly string[] }> {
  const storage = createStorage(await createLocalDriver({ memory: true, like: 'zerodb' }))
  onTestFinished(() => storage.close())
  const gateway = await startZerodb({ storage })
  const body = { table_name: 't', schema: { fields: { n: 'number' } } }
  expect(await gateway.call('POST', '/tables', { body })).toMatchObject({ status: 201, json: { description: null } })
  return { gateway, ids: await gateway.insert([{ n: 1 }, { n: 2 }, { n: 3 }]) }
}

test('rows have the ids they were inserted with, and the column that holds them is never seen', async () => {
  const { gateway, ids } = await serve()
  const { json } = await gateway.query({ sort: { n: 1 } })
  expect(json.rows).toEqual(ids.map((_id, at) => ({ _id, n: at + 1 })))
  const table = await gateway.call('GET', '/tables/t')
  expect(table.json).toMatchObject({ schema: { fields: { n: 'number' }, indexes: [] }, description: null })
})

test('ids can be asked for, sorted by and projected', async () => {
  const { gateway, ids } = await serve()
  const found = await gateway.query({ filter: { _id: { $in: ids.slice(1) } }, projection: { n: 1 }, sort: { n: -1 } })
  expect(found.json).toMatchObject({
    rows: [
      { _id: ids[2], n: 3 },
      { _id: ids[1], n: 2 },
    ],
    total: 2,
  })
  const sorted = await gateway.query({ sort: { _id: -1 }, projection: { _id: 1 } })
  expect(sorted.json.rows).toEqual(
    ids
      .toSorted()
      .toReversed()
      .map((_id) => ({ _id })),
  )
  expect((await gateway.query({ projection: { _id: 0 }, sort: { n: 1 }, limit: 1 })).json.rows).toEqual([{ n: 1 }])
})

test('rows are changed and deleted by their ids, which never change', async () => {
  const { gateway, ids } = await serve()
  expect((await gateway.update({ _id: ids[0] }, { $inc: { n: 10 } })).json).toEqual({
    matched_count: 1,
    modified_count: 1,
  })
  expect((await gateway.remove({ filter: { _id: ids[1] } })).json).toEqual({ deleted_count: 1 })
  expect((await gateway.query({ sort: { n: 1 } })).json.rows).toEqual([
    { _id: ids[2], n: 3 },
    { _id: ids[0], n: 11 },
  ])
  expect(await gateway.update({}, { $set: { _id: 'x' } })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
})

test('nobody can put something else into that column', async () => {
  const { gateway } = await serve()
  const row_data = [{ n: 4 }, { stowage_row_id: 'mine' }]
  const inserted = await gateway.call('POST', '/tables/t/rows', { body: { row_data } })
  expect(inserted).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR', { row_index: 1 }))
  const updated = await gateway.update({}, { $set: { stowage_row_id: 'mine' } })
  expect(updated).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
  const body = { table_name: 'u', schema: { fields: { stowage_row_id: 'string' } } }
  expect(await gateway.call('POST', '/tables', { body })).toMatchObject(refused(400, 'INVALID_SCHEMA'))
  const upserted = await gateway.update({ stowage_row_id: 'mine', n: 9 }, { $set: { n: 9 } }, { upsert: true })
  expect(upserted.status).toBe(400)
  expect((await gateway.query()).json.total).toBe(3)
})
