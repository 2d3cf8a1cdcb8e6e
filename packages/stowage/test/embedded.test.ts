import { readdir } from 'node:fs/promises'
import { createStowage, openStorage } from 'stowage'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

test('without any configuration the embedded backend keeps its data in ./.stowage', async () => {
  const cwd = await temporaryDirectory()
  const storage = await openStorage({ cwd, environment: {} })
  await storage.bucket('crm').create()
  const customers = storage.bucket('crm').table('customers')
  await customers.create({ columns: { id: 'string', balance: 'number' }, primaryKey: ['id'] })
  await customers.insert([{ id: 'a', balance: 1 }])
  await storage.close()
  expect(await readdir(cwd)).toContain('.stowage')

  const again = await openStorage({ cwd, environment: {} })
  expect(await again.bucket('crm').table('customers').count()).toMatchObject({ count: 1 })
  await again.close()
})

test('two embedded backends stand side by side, and a third in memory', async () => {
  const cwd = await temporaryDirectory()
  const local = (name: string) => ({ adapter: 'local', path: `${cwd}/${name}` }) as const
  const backends = { a: local('a'), b: local('b'), c: { adapter: 'local', memory: true } } as const
  const stowage = await createStowage({ backends }, { environment: {} })
  await stowage.storage('a').bucket('only-in-a').create()
  const names = async (name: string): Promise<readonly string[]> => {
    const found: string[] = []
    for await (const bucket of stowage.storage(name).buckets()) found.push(bucket.name)
    return found
  }
  expect([await names('a'), await names('b'), await names('c')]).toEqual([['only-in-a'], [], []])
  await stowage.close()
})

test('its options are checked with its own schema', async () => {
  const options = { environment: { STOWAGE_ADAPTER: 'local', STOWAGE_PATH: './x', STOWAGE_MEMORY: 'true' } }
  await expect(openStorage({ ...options, cwd: await temporaryDirectory() })).rejects.toThrow(
    'STOWAGE_MEMORY: path and memory exclude each other',
  )
})
