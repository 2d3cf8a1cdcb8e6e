import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { adapter, createLocalDriver } from '../src/index.ts'
import { call, makeDirectory, makeTable, openDriver, TestTable } from './tables-fixture.ts'

describe('a directory', () => {
  test('is created when it isn’t there, and initialised when it is empty', async () => {
    const directory = makeDirectory()
    const driver = await openDriver({ path: path.join(directory, 'new', 'deep') })
    expect(driver.native.directory).toBe(path.join(directory, 'new', 'deep'))
    expect(fs.readdirSync(path.join(directory, 'new', 'deep')).sort()).toEqual(
      ['buckets', 'stowage.sqlite', 'stowage.sqlite-shm', 'stowage.sqlite-wal', 'tmp'].sort(),
    )
    fs.mkdirSync(path.join(directory, 'empty'))
    fs.writeFileSync(path.join(directory, 'empty', '.gitignore'), '*')
    await openDriver({ path: path.join(directory, 'empty') })
  })

  test('marks its database as ours', async () => {
    const directory = makeDirectory()
    await openDriver({ path: directory })
    const database = new DatabaseSync(path.join(directory, 'stowage.sqlite'))
    expect(database.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x53544f57 })
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
    database.close()
  })

  test('that holds something else is refused and left alone', async () => {
    const directory = makeDirectory()
    fs.writeFileSync(path.join(directory, 'thesis.txt'), 'precious')
    await expect(createLocalDriver({ path: directory })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(createLocalDriver({ path: directory })).rejects.toThrow('is not a Stowage directory')
    expect(fs.readdirSync(directory)).toEqual(['thesis.txt'])
    await expect(createLocalDriver({ path: path.join(directory, 'thesis.txt') })).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  test('whose database is another program’s, of a newer version, or damaged, is refused', async () => {
    const refused = async (prepare: (file: string) => void, expected: object) => {
      const directory = makeDirectory()
      const file = path.join(directory, 'stowage.sqlite')
      prepare(file)
      const before = fs.readFileSync(file)
      await expect(createLocalDriver({ path: directory })).rejects.toMatchObject(expected)
      expect(fs.readFileSync(file).equals(before) || before.length > 0).toBe(true)
    }
    await refused((file) => sql(file, 'CREATE TABLE theirs (x)'), { code: 'invalid-argument' })
    await refused(
      (file) => sql(file, 'PRAGMA application_id = 0x53544f57; PRAGMA user_version = 2; CREATE TABLE t (x)'),
      {
        code: 'unsupported',
        message: expect.stringContaining('upgrade @stowage/adapter-local') as string,
      },
    )
    await refused((file) => fs.writeFileSync(file, 'no database at all, just a text that is long enough'.repeat(50)), {
      code: 'corrupt-data',
    })
  })

  test('left half-initialised by a crash is completed', async () => {
    const directory = makeDirectory()
    fs.writeFileSync(path.join(directory, 'stowage.sqlite'), '')
    const table = await makeTable(await openDriver({ path: directory }), { columns: { n: 'number' } })
    expect(await table.count()).toBe(0)
  })

  test('that may not be written says so, whether it is new or was used before', async () => {
    const directory = makeDirectory()
    const used = path.join(directory, 'used')
    await (await createLocalDriver({ path: used })).close()
    for (const name of fs.readdirSync(used)) fs.chmodSync(path.join(used, name), 0o555)
    for (const one of [directory, used]) fs.chmodSync(one, 0o555)
    await asNobody(async () => {
      for (const one of ['new', 'used']) {
        const opened = createLocalDriver({ path: path.join(directory, one) })
        await expect(opened).rejects.toMatchObject({ code: 'permission-denied' })
        await expect(opened).rejects.toThrow('permission')
      }
    })
  })
})

/** Root may write anywhere. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

function sql(file: string, text: string): void {
  const database = new DatabaseSync(file)
  database.exec(text)
  database.close()
}

describe('options', () => {
  test.each([
    [{ memory: true, path: 'x' }, 'exclude each other'],
    [{ paht: 'x' }, 'paht'],
    [{ path: '' }, 'path'],
    [{ durability: 'often' }, 'durability'],
    [{ worker: 'yes' }, 'worker'],
  ])('%j are refused: %s', async (options, message) => {
    const opened = createLocalDriver(options as never)
    await expect(opened).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(opened).rejects.toThrow(message)
  })

  test('have a JSON schema without surprises', () => {
    const { jsonSchema } = adapter.optionsSchema['~standard']
    expect(jsonSchema.input({ target: 'draft-2020-12' })).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { path: { type: 'string' }, durability: { enum: ['normal', 'full'] }, worker: { type: 'boolean' } },
    })
  })

  test('full durability syncs each commit', async () => {
    const driver = await openDriver({ path: makeDirectory(), durability: 'full' })
    expect(driver.native.sqlite?.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    const normal = await openDriver({ path: makeDirectory() })
    expect(normal.native.sqlite?.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 1 })
  })
})

describe('buckets', () => {
  const list = async (driver: Awaited<ReturnType<typeof openDriver>>, prefix: string, pageSize: number) => {
    const names: string[][] = []
    let pageToken: string | undefined
    do {
      const page = await driver.buckets.list({ prefix, pageSize, pageToken }, call())
      names.push(page.items.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    return names
  }

  test('are listed by prefix in pages, by code points', async () => {
    const driver = await openDriver()
    for (const bucket of ['b', 'a2', 'a1', 'A', 'a', '\u{1f600}', '\uffff', 'a%', 'aé']) {
      await driver.buckets.create({ bucket, displayName: undefined, description: undefined }, call())
    }
    expect((await list(driver, '', 4)).flat()).toEqual(['A', 'a', 'a%', 'a1', 'a2', 'aé', 'b', '\uffff', '\u{1f600}'])
    expect(await list(driver, 'a', 2)).toEqual([['a', 'a%'], ['a1', 'a2'], ['aé']])
    expect(await list(driver, 'zz', 2)).toEqual([[]])
  })

  test('are created, changed, archived and deleted', async () => {
    const driver = await openDriver({ path: makeDirectory() })
    const table = await makeTable(driver, { columns: { n: 'number' } })
    const bucket = { bucket: 'b', displayName: undefined, description: undefined }
    await expect(driver.buckets.create(bucket, call())).rejects.toMatchObject({ code: 'already-exists' })
    const updated = await driver.buckets.update({ ...bucket, description: 'text' }, call())
    expect(updated).toMatchObject({ name: 'b', description: 'text', displayName: undefined, isArchived: false })
    expect(await driver.buckets.archive({ bucket: 'b', isArchived: true }, call())).toMatchObject({ isArchived: true })
    const denied = [
      table.insert([{ n: 1 }]),
      table.load('append', [[{ n: 1 }]]),
      table.update({}, { $set: { n: 1 } }),
      table.delete({}),
      driver.tables.drop(table.place, call()),
      driver.tables.setPrimaryKey({ ...table.place, primaryKey: ['n'] }, call()),
      makeTable(driver, { columns: { n: 'number' } }, 'another'),
    ]
    for (const write of denied) await expect(write).rejects.toMatchObject({ code: 'permission-denied' })
    expect(await table.find()).toEqual([])
    await driver.buckets.archive({ bucket: 'b', isArchived: false }, call())
    await table.insert([{ n: 1 }])
    await expect(driver.buckets.delete({ bucket: 'b', force: false }, call())).rejects.toMatchObject({
      code: 'conflict',
    })
    await driver.buckets.delete({ bucket: 'b', force: true }, call())
    await expect(driver.buckets.get({ bucket: 'b' }, call())).rejects.toMatchObject({ code: 'not-found' })
    await expect(table.find()).rejects.toMatchObject({ code: 'not-found' })
    await driver.buckets.create(bucket, call())
    await expect(table.find()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('with files only are not empty either, and a new one of the name has none of them', async () => {
    const driver = await openDriver({ path: makeDirectory() })
    const bucket = { bucket: 'b', displayName: undefined, description: undefined }
    await driver.buckets.create(bucket, call())
    const bytes = Buffer.from('x')
    const source = {
      sizeBytes: 1,
      isReopenable: true,
      bytes,
      open: () =>
        (async function* () {
          yield bytes
        })(),
    }
    const attributes = { contentType: undefined, metadata: {}, tags: [], expiresAt: undefined }
    const rest = { attributes, condition: { kind: 'replace' }, crc32: () => '8cdc1683', onPart: () => {} } as const
    await driver.files.write({ bucket: 'b', key: 'k', source, ...rest }, call())
    await expect(driver.buckets.delete({ bucket: 'b', force: false }, call())).rejects.toMatchObject({
      code: 'conflict',
    })
    await driver.buckets.delete({ bucket: 'b', force: true }, call())
    await driver.buckets.create(bucket, call())
    await expect(driver.files.stat({ bucket: 'b', key: 'k' }, call())).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('tables', () => {
  test('are listed, described and dropped', async () => {
    const driver = await openDriver()
    for (const name of ['b', 'Z', 'a', 'é']) await makeTable(driver, { columns: { n: 'number' } }, name)
    const page = await driver.tables.list({ bucket: 'b', pageSize: 3, pageToken: undefined }, call())
    expect(page.items.map(({ name }) => name)).toEqual(['Z', 'a', 'b'])
    const rest = await driver.tables.list({ bucket: 'b', pageSize: 3, pageToken: page.nextPageToken }, call())
    expect(rest).toMatchObject({ items: [{ name: 'é' }], nextPageToken: undefined })
    await expect(makeTable(driver, { columns: { n: 'number' } }, 'a')).rejects.toMatchObject({ code: 'already-exists' })
    await driver.tables.drop({ bucket: 'b', table: 'a' }, call())
    await expect(driver.tables.drop({ bucket: 'b', table: 'a' }, call())).rejects.toMatchObject({ code: 'not-found' })
    await expect(driver.tables.list({ bucket: 'x', pageSize: 3, pageToken: undefined }, call())).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('get another primary key when rows allow it', async () => {
    const driver = await openDriver()
    const table = await makeTable(driver, { columns: { a: 'number', b: 'string' }, primaryKey: ['a'] })
    await table.insert([{ a: 1, b: 'x' }, { a: 2, b: 'x' }, { a: 3 }])
    const set = (primaryKey: string[]) => driver.tables.setPrimaryKey({ ...table.place, primaryKey }, call())
    await expect(set(['b'])).rejects.toMatchObject({ code: 'conflict', details: { columns: ['b'] } })
    await table.delete({ a: 3 })
    await expect(set(['b'])).rejects.toMatchObject({ code: 'conflict', details: { columns: ['b'] } })
    await expect(table.insert([{ a: 1 }])).rejects.toMatchObject({ code: 'conflict' })
    expect(await set([])).toMatchObject({ primaryKey: [] })
    await table.insert([{ a: 1, b: 'y' }])
    expect(await set(['b', 'a'])).toMatchObject({
      primaryKey: ['b', 'a'],
      columns: [{ required: true }, { required: true }],
    })
    expect(
      await table.insert(
        [
          { a: 1, b: 'y' },
          { a: 5, b: 'y' },
        ],
        'upsert',
      ),
    ).toMatchObject({ inserted: 1, updated: 1 })
  })

  test('survive a restart', async () => {
    const path = makeDirectory()
    const first = await openDriver({ path })
    const table = await makeTable(first, { columns: { n: { type: 'number', native: 'INT' } }, description: 'd' })
    await table.insert([{ n: 1, u: [null] }])
    const info = await first.tables.get(table.place, call())
    await first.close()
    const second = await openDriver({ path })
    expect(await second.tables.get(table.place, call())).toEqual(info)
    expect(await new TestTable(second).find()).toEqual([{ n: 1, u: [null] }])
  })
})
