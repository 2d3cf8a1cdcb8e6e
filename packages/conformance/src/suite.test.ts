import { type Capabilities, type CapabilityName, native, type TableInfo, type WriteCounts } from '@stowage/core'
import type { BucketDriver, LoadRowsRequest, StorageDriver, TableDriver, TableRequest } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import { type Check, check } from './check.ts'
import type { CheckResult } from './check-result.ts'
import type { Gaps } from './gaps.ts'
import type { ConformanceSetup } from './setup.ts'
import { Suite } from './suite.ts'

const bucketInfo = { displayName: undefined, description: undefined, kind: undefined, isArchived: false }

/** A backend with buckets whose names alone are kept. */
function bucketsOnly(...names: readonly CapabilityName[]): StorageDriver {
  const kept = new Set<string>()
  const info = async ({ bucket: name }: { bucket: string }): Promise<Awaited<ReturnType<BucketDriver['get']>>> => {
    kept.add(name)
    return { ...bucketInfo, name, createdAt: undefined, updatedAt: undefined }
  }
  const buckets: BucketDriver = {
    list: async () => ({ items: [], nextPageToken: undefined }),
    get: info,
    create: info,
    update: info,
    delete: async () => {},
    archive: info,
  }
  const semantics: Capabilities['semantics'] = {
    keepsNulls: false,
    keepsUndeclaredFields: false,
    keepsTypes: true,
    readAfterWrite: true,
    atomicWrites: true,
    buckets: 'dynamic',
  }
  const operations = Object.fromEntries(names.map((name) => [name, native]))
  const capabilities = { operations, limits: {}, semantics }
  return { backend: 'names', capabilities, native: undefined, buckets, ping: async () => {}, close: async () => {} }
}

/** A backend whose tables take loads of rows, and forget them. */
function loadsOnly(): StorageDriver {
  const facts = { columns: [], primaryKey: [], indexes: [], undeclaredFields: 'keep', description: undefined } as const
  const dates = { rowCount: undefined, createdAt: undefined, updatedAt: undefined }
  const info = async ({ bucket, table: name }: TableRequest): Promise<TableInfo> => ({
    bucket,
    name,
    ...facts,
    ...dates,
  })
  const load = async ({ batches }: LoadRowsRequest): Promise<WriteCounts> => {
    let inserted = 0
    for await (const { rows } of batches) inserted += rows.length
    return { inserted, updated: undefined, ids: undefined }
  }
  const tables = { create: info, get: info, load } as Partial<TableDriver> as TableDriver
  return { ...bucketsOnly('buckets.create', 'tables.create', 'tables.get', 'tables.load'), tables }
}

async function judge(
  one: Check,
  setup: Partial<ConformanceSetup> & { gaps?: Gaps } = {},
): Promise<Pick<CheckResult, 'outcome' | 'reason'>> {
  const suite = new Suite({ start: () => ({}), driver: () => bucketsOnly('buckets.create'), ...setup })
  await suite.start()
  try {
    const { outcome, reason } = await suite.run(one)
    return { outcome, reason }
  } finally {
    await suite.stop()
  }
}

const passing = check('sample/passes', 'passes', {}, async () => {})
const failing = check('sample/fails', 'fails', {}, async () => {
  throw new Error('the bytes differ')
})
const deleting = check('sample/deletes', 'deletes', { needs: ['buckets.delete'] }, async ({ storage }) =>
  storage.bucket('b').delete(),
)
const admitted = { kind: 'todo', reason: 'not yet' } as const

describe('a check', () => {
  test('that passes has passed', async () => {
    expect(await judge(passing)).toMatchObject({ outcome: 'passed' })
  })

  test('that fails has failed, and says how', async () => {
    expect(await judge(failing)).toEqual({ outcome: 'failed', reason: 'the bytes differ' })
  })

  test('that fails where a gap admits it is a gap', async () => {
    expect(await judge(failing, { gaps: { 'sample/*': admitted } })).toEqual({ outcome: 'gap', reason: 'not yet' })
  })

  test('that passes in spite of a gap has failed', async () => {
    const { outcome, reason } = await judge(passing, { gaps: { 'sample/passes': admitted } })
    expect(outcome).toBe('failed')
    expect(reason).toMatch(/take the gap off the list/)
  })

  test('that is a law fails in spite of a gap', async () => {
    const law = check('sample/law', 'x', { isLaw: true }, failing.run)
    expect(await judge(law, { gaps: { 'sample/*': admitted } })).toMatchObject({ outcome: 'failed' })
  })

  test('that takes too long has failed, and reaches the driver no more', async () => {
    let afterwards: unknown
    const slow = check('sample/slow', 'is slow', { timeoutMs: 10 }, async ({ storage, signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      afterwards = await storage.ping().catch((error: unknown) => error)
    })
    expect(await judge(slow)).toMatchObject({ outcome: 'failed', reason: 'took longer than 10 ms' })
    await expect.poll(() => String(afterwards)).toContain('the check is over')
  })
})

describe('a check that needs what the backend lacks', () => {
  test('fails without a gap that says why', async () => {
    expect(await judge(deleting)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/lacks buckets.delete/) as string,
    })
  })

  test('is a gap when it was refused and a gap says why', async () => {
    expect(await judge(deleting, { gaps: { 'buckets.delete': admitted } })).toMatchObject({ outcome: 'gap' })
  })

  test('fails when it is not refused with `unsupported`, gap or not', async () => {
    const wrong = check('sample/wrong', 'x', { needs: ['buckets.delete'] }, async () => {
      throw new Error('404')
    })
    const result = await judge(wrong, { gaps: { 'buckets.delete': admitted } })
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/must be refused with `unsupported`.*404/) as string,
    })
  })

  test('fails when the call reached the driver, gap or not', async () => {
    const sneaky = check('sample/sneaky', 'x', { needs: ['buckets.delete'] }, async ({ driver, storage, signal }) => {
      const receipt = storage.capabilities as never
      await driver.buckets.delete({ bucket: 'b', force: false }, { signal, receipt })
      await storage.bucket('b').delete()
    })
    const result = await judge(sneaky, { gaps: { 'buckets.delete': admitted } })
    expect(result).toMatchObject({ outcome: 'failed', reason: 'reached the driver though absent: buckets.delete' })
  })

  test('may fail anyhow where only a promise of the semantics is missing', async () => {
    const nulls = check('sample/nulls', 'x', { needs: ['semantics.keepsNulls'] }, async () => {
      throw new Error("null came back as ''")
    })
    const gaps = { 'semantics.keepsNulls': { kind: 'never', reason: 'CSV has no null' } } as const
    expect(await judge(nulls, { gaps })).toEqual({ outcome: 'gap', reason: 'CSV has no null' })
  })
})

describe('a check that needs rows in a table', () => {
  const needs = ['tables.create', 'tables.insert'] as const
  const gaps = { 'tables.insert': admitted }
  const filling = check('sample/filling', 'x', { needs }, async (context) => {
    await context.table({ columns: { id: 'number' } }, [{ id: 1 }])
  })

  test('is as good on a backend that loads them and can not insert', async () => {
    expect(await judge(filling, { gaps, driver: loadsOnly })).toMatchObject({ outcome: 'passed' })
  })

  test('is a gap there when it inserts itself', async () => {
    const inserting = check('sample/inserting', 'x', { needs }, async (context) => {
      const table = await context.table({ columns: { id: 'number' } }, [{ id: 1 }])
      await table.insert({ id: 2 })
    })
    expect(await judge(inserting, { gaps, driver: loadsOnly })).toMatchObject({ outcome: 'gap' })
  })

  test('fails there when it needs none, and a gap for them is listed', async () => {
    const empty = check('sample/empty', 'x', { needs }, async (context) => {
      await context.table({ columns: { id: 'number' } })
    })
    expect(await judge(empty, { gaps, driver: loadsOnly })).toMatchObject({ outcome: 'failed' })
  })
})

test('a check that lacks a capability and a promise may fail by the promise', async () => {
  const across = check('sample/across', 'x', { needs: ['buckets.delete', 'semantics.keepsNulls'] }, async () => {
    throw new Error('there is only one bucket')
  })
  expect(await judge(across, { gaps: { 'buckets.delete': admitted } })).toMatchObject({ outcome: 'gap' })
})

describe('a check that needs faults', () => {
  const faulty = check('sample/faulty', 'x', { faults: ['latency'] }, async (context) => {
    await context.inject({ kind: 'latency', operation: 'ping', ms: 1 })
  })

  test('is not run where the harness offers none', async () => {
    expect(await judge(faulty)).toEqual({ outcome: 'not-run', reason: "the harness can't inject: latency" })
  })

  test('gets them, and they are forgotten when it ends', async () => {
    const heard: string[] = []
    const faults = {
      kinds: ['latency'],
      inject: () => void heard.push('inject'),
      clear: () => void heard.push('clear'),
    }
    expect(await judge(faulty, { faults: () => faults as never })).toMatchObject({ outcome: 'passed' })
    expect(heard).toEqual(['inject', 'clear'])
  })
})

test('buckets get names of their own, as the setup writes them, and are deleted again', async () => {
  const seen: string[] = []
  const driver = bucketsOnly('buckets.create', 'buckets.delete')
  const watched: StorageDriver = {
    ...driver,
    buckets: { ...driver.buckets, delete: async ({ bucket }) => void seen.push(`-${bucket}`) },
  }
  const two = check('sample/two', 'x', {}, async (context) => {
    for (let count = 0; count < 2; count += 1) seen.push((await context.bucket()).name)
  })
  await judge(two, { driver: () => watched, bucketName: (label) => `in.c-${label}` })
  expect(seen).toEqual(['in.c-check-0001', 'in.c-check-0001-2', '-in.c-check-0001-2', '-in.c-check-0001'])
})

test('gaps that covered no check are told', async () => {
  const suite = new Suite({
    start: () => ({}),
    driver: () => bucketsOnly(),
    gaps: { 'sample/fails': admitted, 'tables.*': admitted },
  })
  await suite.start()
  await suite.run(failing)
  expect(suite.idleGaps()).toEqual(['tables.*'])
  await suite.stop()
})

test('the backend is stopped by `stop`, or by its own `close`', async () => {
  const heard: string[] = []
  const close = (): void => void heard.push('close')
  await judge(passing, { start: () => ({ close }) })
  await judge(passing, { start: () => ({ close }), stop: () => void heard.push('stop') })
  expect(heard).toEqual(['close', 'stop'])
})
