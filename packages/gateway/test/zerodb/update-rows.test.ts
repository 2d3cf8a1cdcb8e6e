import { describe, expect, test } from 'vitest'
import { refused, startZerodb, withoutIds } from './zerodb-fixture.ts'

describe('updating rows', () => {
  test('changes all that match, and counts those that became different', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ key: 'a', temp: 1 }, { key: 'a', temp: 2 }, { key: 'b' }])
    const { status, json } = await gateway.update({ key: 'a' }, { $set: { temp: 2 }, $inc: { edits: 0 } })
    expect([status, json]).toEqual([200, { matched_count: 2, modified_count: 2 }])
    expect((await gateway.update({ key: 'a' }, { $set: { temp: 2 } })).json.modified_count).toBe(0)
    expect((await gateway.update({}, { $set: {} })).json).toEqual({ matched_count: 3, modified_count: 0 })
    expect((await gateway.update({ key: 'z' }, { $set: { temp: 2 } })).json.matched_count).toBe(0)
  })

  test.each([
    ['no filter', { update: { $set: { temp: 1 } } }],
    ['a filter that is null', { filter: null, update: { $set: { temp: 1 } } }],
    ['no update', { filter: {} }],
    ['an update that is null', { filter: {}, update: null }],
    ['a list', { filter: {}, update: [{ $set: { temp: 1 } }] }],
    ['row_data', { filter: {}, row_data: { temp: 1 } }],
    ['an upsert that is odd', { filter: {}, update: { $set: { temp: 1 } }, upsert: 'yes' }],
    ['an operator of $pull', { filter: {}, update: { $pull: { l: { $size: 1 } } } }],
    ['an undocumented operator of $pull', { filter: {}, update: { $pull: { l: { $not: { $gt: 1 } } } } }],
    ['a logical operator in $pull', { filter: {}, update: { $pull: { l: { $or: [{ x: 1 }] } } } }],
    ['$and', { filter: { $and: [{}] }, update: { $set: { temp: 1 } } }],
  ])('refuses %s', async (_, body) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ key: 'a' }])
    const answer = await gateway.call('PATCH', '/tables/t/rows', { body })
    expect(answer).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a' }])
  })

  test('a value that breaks the schema is told apart from a bad update', async () => {
    const gateway = await startZerodb()
    await gateway.createTable({ key: 'string', temp: 'number', at: 'timestamp', l: 'array' })
    await gateway.insert([{ key: 'a', temp: 1, l: [1] }])
    for (const update of [
      { $set: { temp: 'x' } },
      { $set: { at: 'today' } },
      { $set: { l: {} } },
      { $push: { at: 1 } },
    ]) {
      const answer = await gateway.update({}, update)
      expect(answer).toMatchObject(refused(400, 'SCHEMA_VALIDATION_ERROR'))
      expect(answer.json).not.toHaveProperty('row_index')
    }
    for (const update of [{ $inc: { key: 1 } }, { $push: { temp: 1 } }, { $set: { 'temp.x': 1 } }]) {
      expect(await gateway.update({}, update)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    }
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a', temp: 1, l: [1] }])
  })

  test('an error on any row changes none', async () => {
    const gateway = await startZerodb()
    await gateway.createTable({ key: 'string' })
    const rows = [{ n: 1 }, { n: 2 }, { n: 'x' }, { n: 4 }]
    await gateway.insert(rows)
    expect(await gateway.update({}, { $inc: { n: 1 } })).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect(withoutIds(await gateway.query())).toEqual(rows)
  })

  test('the id of a row never changes', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const [id] = await gateway.insert([{ key: 'a' }])
    for (const update of [
      { $set: { _id: 'x' } },
      { $unset: { _id: 1 } },
      { $inc: { _id: 1 } },
      { $set: { '_id.x': 1 } },
    ]) {
      expect(await gateway.update({}, update)).toMatchObject({ status: 400 })
    }
    expect((await gateway.update({}, { $set: { _id: id, temp: 1 } })).json.modified_count).toBe(1)
    expect((await gateway.query()).json.rows).toEqual([{ _id: id, key: 'a', temp: 1 }])
  })

  test('fractions add as doubles do', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ temp: 0.1 }])
    await gateway.update({}, { $inc: { temp: 0.2 } })
    expect(withoutIds(await gateway.query())).toEqual([{ temp: 0.300_000_000_000_000_04 }])
  })
})

describe('upserting', () => {
  test('a hit updates, a miss inserts', async () => {
    const gateway = await startZerodb()
    await gateway.createTable(undefined, ['key'])
    const upsert = (key: string): Promise<unknown> =>
      gateway.update({ key, temp: { $not_there: 1 } }, { $inc: { n: 1 } }, { upsert: true })
    expect(await upsert('a')).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    const zero = { matched_count: 0, modified_count: 0 }
    expect((await gateway.update({ key: 'a' }, { $inc: { n: 1 } }, { upsert: true })).json).toEqual(zero)
    const hit = await gateway.update({ key: 'a' }, { $inc: { n: 1 } }, { upsert: true })
    expect(hit.json).toEqual({ matched_count: 1, modified_count: 1 })
    expect((await gateway.update({ key: 'b' }, { $inc: { n: 1 } })).json).toEqual(zero)
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a', n: 2 }])
  })

  test('the new row must fit the schema and its indexes', async () => {
    const gateway = await startZerodb()
    await gateway.createTable(undefined, ['key'])
    await gateway.insert([{ key: 'a', temp: 1 }])
    const broken = refused(400, 'SCHEMA_VALIDATION_ERROR')
    for (const filter of [{ temp: 5 }, { key: 5 }, { key: 'a', temp: 2 }]) {
      const answer = await gateway.update(filter, { $set: { x: 1 } }, { upsert: true })
      expect(answer).toMatchObject(broken)
      expect(answer.json).not.toHaveProperty('row_index')
    }
    expect((await gateway.query()).json.total).toBe(1)
  })

  test('racing ones insert one row', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    const upserts = Array.from({ length: 20 }, () => gateway.update({ key: 'a' }, { $inc: { n: 1 } }, { upsert: true }))
    await Promise.all(upserts)
    expect(withoutIds(await gateway.query())).toEqual([{ key: 'a', n: 20 }])
  })
})

describe('deleting rows', () => {
  test('those that match, with a limit the first of them', async () => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert(Array.from({ length: 10 }, (_, at) => ({ temp: at })))
    const { status, json } = await gateway.remove({ filter: { temp: { $gte: 3 } }, limit: 2 })
    expect([status, json]).toEqual([200, { deleted_count: 2 }])
    expect(withoutIds(await gateway.query()).slice(2, 4)).toEqual([{ temp: 2 }, { temp: 5 }])
    expect((await gateway.remove({ filter: { temp: 100 } })).json).toEqual({ deleted_count: 0 })
    expect((await gateway.remove({ filter: {}, limit: 100 })).json).toEqual({ deleted_count: 8 })
  })

  test.each([
    ['no filter', { limit: 5 }],
    ['null', { filter: null }],
    ['a list', { filter: [] }],
    ['a limit of 0', { filter: {}, limit: 0 }],
    ['a negative limit', { filter: {}, limit: -1 }],
    ['half a row', { filter: {}, limit: 0.5 }],
    ['a limit as text', { filter: {}, limit: '5' }],
    ['a limit that is null', { filter: {}, limit: null }],
    ['$where', { filter: { $where: 'true' } }],
  ])('refuses %s', async (_, body) => {
    const gateway = await startZerodb()
    await gateway.createTable()
    await gateway.insert([{ key: 'a' }])
    expect(await gateway.remove(body)).toMatchObject(refused(400, 'QUERY_SYNTAX_ERROR'))
    expect((await gateway.query()).json.total).toBe(1)
  })
})
