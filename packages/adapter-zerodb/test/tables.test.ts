import { describe, expect, test } from 'vitest'
import { columns, failureOf, readings } from './readings-fixture.ts'

describe('tables', () => {
  test('are made, found, listed and dropped, by name and by id', async () => {
    const { storage, fixture } = await readings()
    const { native } = fixture.drive()
    const { tableId } = await native.getTable('readings')
    const byId = storage.bucket('default').table(tableId)
    expect(await byId.info()).toMatchObject({ name: 'readings', primaryKey: ['key'] })
    await byId.insert({ key: 'a', n: 1 })
    expect(await storage.bucket('default').table('readings').count()).toMatchObject({ count: 1 })
    expect((await storage.bucket('default').tables().toArray()).map(({ name }) => name)).toEqual(['readings'])
    await byId.drop()
    expect(await byId.exists()).toBe(false)
  })

  test('a name in use is 400 there and already-exists here', async () => {
    const { table } = await readings()
    expect(await failureOf(table.create({ columns }))).toMatchObject({ code: 'already-exists', status: 400 })
  })

  test('an unknown type, no field and an odd name are refused before anything is sent', async () => {
    const { fixture, gateway } = await readings()
    const { native } = fixture.drive()
    const made = [
      native.createTable({ tableName: 'x', schema: { fields: { a: 'uuid' as 'string' } } }),
      native.createTable({ tableName: 'x', schema: { fields: {} } }),
      native.createTable({ tableName: 'tbl_x', schema: { fields: { a: 'string' } } }),
    ]
    for (const each of made) expect(await failureOf(each)).toMatchObject({ code: 'invalid-argument' })
    expect(gateway.requests).toEqual([])
  })

  test('nothing is dropped without the word', async () => {
    const { gateway } = await readings()
    const headers = { 'x-api-key': gateway.apiKey }
    const { status } = await fetch(`${gateway.url}/tables/readings`, { method: 'DELETE', headers })
    expect(status).toBe(400)
  })

  test.each(['tbl_x', '1a', 'a b', 'a/b', 'ä', '-a', 'a'.repeat(101)])('%j names no new table', async (name) => {
    const { storage, gateway } = await readings()
    const made = storage.bucket('default').table(name).create({ columns })
    expect(await failureOf(made)).toMatchObject({ code: 'invalid-argument' })
    expect(gateway.requests).toEqual([])
  })

  test('a listing asks for each table only when told to', async () => {
    const { storage, gateway, fixture } = await readings()
    await storage.bucket('default').table('other').create({ columns })
    gateway.requests.length = 0
    const listed = await storage.bucket('default').tables().toArray()
    expect(listed.map(({ name, columns: told }) => [name, told.length])).toEqual([
      ['other', 0],
      ['readings', 0],
    ])
    expect(gateway.requests).toHaveLength(1)
    const described = await fixture.open({ listSchemas: true }).bucket('default').tables().toArray()
    expect(described.find(({ name }) => name === 'readings')).toEqual(
      await storage.bucket('default').table('readings').info(),
    )
  })

  test('a lost answer to a creation is looked up: the table is there', async () => {
    const { storage, gateway } = await readings()
    gateway.faults.add({ match: { method: 'POST', path: /\/tables$/ }, status: 500, when: 'after', times: 1 })
    const other = storage.bucket('default').table('other')
    expect(await other.create({ columns, description: 'd' })).toMatchObject({ name: 'other', description: 'd' })
    expect(gateway.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test('a lost answer to a creation of what somebody else made otherwise is already-exists', async () => {
    const { table, gateway } = await readings()
    gateway.faults.add({ match: { method: 'POST', path: /\/tables$/ }, status: 500, when: 'after', times: 1 })
    expect(await failureOf(table.create({ columns: { other: 'string' } }))).toMatchObject({ code: 'already-exists' })
  })

  test('a creation that failed before it was done is not taken for done', async () => {
    const { storage, gateway } = await readings()
    gateway.faults.add({ match: { method: 'POST', path: /\/tables$/ }, status: 500, times: 1 })
    const other = storage.bucket('default').table('other')
    expect(await failureOf(other.create({ columns }))).toMatchObject({ code: 'unavailable', retryable: true })
    expect(await other.exists()).toBe(false)
  })

  test('a lost answer to a drop is looked up: the table is gone', async () => {
    const { table, gateway } = await readings()
    gateway.faults.add({ match: { method: 'DELETE' }, resetSocket: true, when: 'after', times: 1 })
    await table.drop()
    expect(await table.exists()).toBe(false)
    await table.create({ columns })
    gateway.faults.add({ match: { method: 'DELETE' }, status: 500, times: 1 })
    expect(await failureOf(table.drop())).toMatchObject({ code: 'unavailable' })
    expect(await table.exists()).toBe(true)
  })
})
