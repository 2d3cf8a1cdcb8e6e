import { crc32 } from 'node:zlib'
import { copyFiles } from '@stowage/core'
import {
  type ChaosRule,
  chaosLayer,
  type DriverCall,
  type FileContent,
  interceptDriver,
  manualClock,
  type NextCall,
  type ReadFileRequest,
  retryLayer,
  type StorageDriver,
} from '@stowage/core/driver'
import { expect, test } from 'vitest'
import { makeBucket, openMemory } from '../portable/embedded.ts'
import { bytesOf, putFiles, treeOf } from './file-trees.ts'

const sizes = { a: 10, b: 2000, 'large.bin': 3_000_000, z: 70_000 }

type Change = (driver: StorageDriver) => StorageDriver

/** Source and target, with a change to the driver of each. */
async function twoBuckets({ from, to }: { from?: Change; to?: Change }) {
  const [source, target] = [await makeBucket(await openMemory(from)), await makeBucket(await openMemory(to))]
  return { source, target }
}

function intercept(operation: string, answer: (call: DriverCall, next: NextCall) => Promise<unknown>): Change {
  return (driver) =>
    interceptDriver(driver, async (call, next) => (call.operation === operation ? answer(call, next) : next(call)))
}

function withChaos(...rules: readonly ChaosRule[]): Change {
  return (driver) => chaosLayer({ rules })(driver)
}

/** Puts a change into the middle of the reading of a file. */
function whileReading(key: string, change: () => Promise<unknown>): Change {
  return intercept('files.read', async (call, next) => {
    const content = (await next(call)) as FileContent
    if ((call.request as ReadFileRequest).key !== key) return content
    async function* body(): AsyncGenerator<Uint8Array> {
      let count = 0
      for await (const chunk of content.body) {
        if (count === 1) await change()
        count += 1
        yield chunk
      }
    }
    return { ...content, body: body() }
  })
}

test('a large file that changes while it is copied fails with conflict and is not written', async () => {
  const { source, target } = await twoBuckets({
    from: whileReading('large.bin', async () => source.file('large.bin').put(bytesOf('other', 3_000_000))),
  })
  await putFiles(source, sizes)
  await target.file('large.bin').put('mine')
  const copying = copyFiles({ bucket: source }, { bucket: target }, { mode: 'upsert', onError: 'continue' })
  const result = await copying
  expect(result.failures).toMatchObject([{ key: 'large.bin', error: { code: 'conflict' } }])
  expect(result.copied).toBe(3)
  expect(await target.file('large.bin').text()).toBe('mine')
})

test('a file that changed since it was listed fails with conflict', async () => {
  const { source, target } = await twoBuckets({
    from: intercept('files.list', async (call, next) => {
      const page = await next(call)
      await source.file('b').put('other')
      return page
    }),
  })
  await putFiles(source, sizes)
  const copying = copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })
  await expect(copying).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('"b"') })
  expect(Object.keys(await treeOf(target))).not.toContain('b')
})

test('a file that is deleted after it was listed fails with not-found, the others are copied', async () => {
  const { source, target } = await twoBuckets({
    from: intercept('files.list', async (call, next) => {
      const page = await next(call)
      await source.file('b').delete()
      return page
    }),
  })
  await putFiles(source, sizes)
  const result = await copyFiles({ bucket: source }, { bucket: target }, { onError: 'continue' })
  expect(result).toMatchObject({ copied: 3, failures: [{ key: 'b', error: { code: 'not-found' } }] })
})

test('a connection that drops while a file is read is taken up again', async () => {
  const { source, target } = await twoBuckets({
    from: withChaos({ operation: 'files.read', nth: 3, fault: { kind: 'truncate', bytes: 1_500_000 } }),
  })
  await putFiles(source, sizes)
  await copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1, verify: 'read-back' })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('a write that fails is repeated by the retry layer, the file read anew', async () => {
  const clock = { ...manualClock(), sleep: () => Promise.resolve() }
  const rule = { operation: 'files.write', fault: { kind: 'error', code: 'unavailable' } } as const
  const { source, target } = await twoBuckets({
    to: (driver) =>
      retryLayer({ clock })(
        chaosLayer({
          rules: [
            { ...rule, nth: 1 },
            { ...rule, nth: 4 },
          ],
        })(driver),
      ),
  })
  await putFiles(source, sizes)
  const result = await copyFiles({ bucket: source }, { bucket: target }, { mode: 'upsert', concurrency: 1 })
  expect(result.receipt.retries).toBe(2)
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('a write whose answer was lost is looked up, and counts when it took effect', async () => {
  const lost = { kind: 'error', code: 'unavailable', when: 'after' } as const
  const { source, target } = await twoBuckets({
    to: withChaos({ operation: 'files.write', nth: 2, fault: lost }),
  })
  await putFiles(source, sizes)
  expect(await copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })).toMatchObject({ copied: 4 })
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('a full target ends the copy, and the error says how far it came', async () => {
  const { source, target } = await twoBuckets({
    to: withChaos({ operation: 'files.write', nth: 3, fault: { kind: 'error', code: 'quota-exceeded' } }),
  })
  await putFiles(source, sizes)
  const copying = copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })
  await expect(copying).rejects.toMatchObject({
    code: 'quota-exceeded',
    details: { key: 'large.bin', copied: 2, bytes: 2010 },
  })
  expect(Object.keys(await treeOf(target))).toEqual(['a', 'b'])
})

test('a source whose bytes are not those its backend keeps the checksum of is not written', async () => {
  const damage: Change = intercept('files.read', async (call, next) => {
    const content = (await next(call)) as FileContent
    async function* body(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content.body) {
        const copy = Uint8Array.from(chunk)
        copy[5] = (copy[5] ?? 0) ^ 1
        yield copy
      }
    }
    return { ...content, body: body() }
  })
  const { source, target } = await twoBuckets({ from: damage })
  await putFiles(source, { a: 10, large: 3_000_000 })
  const result = await copyFiles({ bucket: source }, { bucket: target }, { onError: 'continue' })
  const failure = { code: 'corrupt-data', operation: 'files.read' }
  expect(result.failures).toMatchObject([{ error: failure }, { error: failure }])
  expect(await treeOf(target)).toEqual({})
})

test('a target that stores other bytes than it was sent is found out by reading back, and the key is named', async () => {
  const swap: Change = (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'files.list' || call.operation === 'files.read' || call.operation === 'files.stat') {
        return next(call)
      }
      const answer = await next(call)
      const { key } = call.request as { key?: string }
      if (call.operation === 'files.write' && key === 'b') await storeOther(driver, call)
      return answer
    })
  const { source, target } = await twoBuckets({ to: swap })
  await putFiles(source, sizes)
  const copying = copyFiles({ bucket: source }, { bucket: target }, { verify: 'read-back' })
  await expect(copying).rejects.toMatchObject({
    code: 'corrupt-data',
    message: expect.stringContaining('b was read back'),
    details: { key: 'b' },
  })
})

async function storeOther(driver: StorageDriver, { request, context }: DriverCall): Promise<void> {
  const bytes = bytesOf('other', 2000)
  const source = { sizeBytes: 2000, isReopenable: true, bytes, open: () => [bytes] as never }
  const other = { ...(request as never as object), source, crc32: () => crc32Of(bytes), condition: { kind: 'replace' } }
  await driver.files?.write(other as never, context)
}

function crc32Of(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}

test('a listing that breaks off ends a replacing copy before anything is deleted', async () => {
  const { source, target } = await twoBuckets({
    from: (driver) => {
      const paged = {
        ...driver,
        capabilities: { ...driver.capabilities, limits: { ...driver.capabilities.limits, pageSize: 2 } },
      }
      return chaosLayer({
        rules: [{ operation: 'files.list', nth: 2, fault: { kind: 'error', code: 'unavailable' } }],
      })(paged)
    },
  })
  await putFiles(source, sizes)
  await target.file('old').put('old')
  const copying = copyFiles({ bucket: source }, { bucket: target }, { mode: 'replace' })
  await expect(copying).rejects.toMatchObject({ code: 'unavailable', operation: 'files.list' })
  expect(await target.file('old').text()).toBe('old')
})

test('aborting ends what runs, and only whole files are there', async () => {
  const { source, target } = await twoBuckets({
    from: whileReading('large.bin', async () => void transfer.abort('enough').catch(() => {})),
  })
  await putFiles(source, sizes)
  const transfer = copyFiles({ bucket: source }, { bucket: target })
  await expect(transfer).rejects.toMatchObject({ code: 'aborted', message: expect.stringContaining('enough') })
  expect(transfer.status).toBe('stopped')
  const whole = await treeOf(source)
  expect(whole).toMatchObject(await treeOf(target))
  expect(Object.keys(await treeOf(target))).not.toContain('large.bin')
})

test('a paused copy begins no file before it is resumed', async () => {
  let reads = 0
  const { source, target } = await twoBuckets({
    from: intercept('files.read', async (call, next) => {
      reads += 1
      transfer?.pause()
      return next(call)
    }),
  })
  await putFiles(source, sizes)
  const transfer = copyFiles({ bucket: source }, { bucket: target }, { concurrency: 1 })
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(reads).toBe(1)
  expect(transfer.isPaused).toBe(true)
  while (transfer.status === 'active') {
    transfer.resume()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await transfer
  expect(await treeOf(target)).toEqual(await treeOf(source))
})

test('closing either storage stops the copy and waits for it', async () => {
  const from = await openMemory()
  const to = await openMemory()
  const [source, target] = [await makeBucket(from), await makeBucket(to)]
  await putFiles(source, sizes)
  const transfer = copyFiles({ bucket: source }, { bucket: target })
  const failure = transfer.catch((error: unknown) => error)
  await to.close()
  expect(transfer.status).toBe('stopped')
  expect(await failure).toMatchObject({ code: 'closed' })
})

test.each([
  ['files.write', {}],
  ['files.deleteMany', { mode: 'replace' }],
  ['files.list', { mode: 'skip-existing' }],
] as const)('a target without %s is refused before anything is sent', async (capability, options) => {
  let calls = 0
  const { source, target } = await twoBuckets({
    from: (driver) => interceptDriver(driver, (call, next) => ((calls += 1), next(call))),
    to: (driver) => {
      const { [capability]: _, ...operations } = driver.capabilities.operations
      return { ...driver, capabilities: { ...driver.capabilities, operations } }
    },
  })
  calls = 0
  const unsupported = expect.objectContaining({ code: 'unsupported', details: { capability } })
  expect(() => copyFiles({ bucket: source }, { bucket: target }, options)).toThrow(unsupported)
  expect(calls).toBe(0)
})
