import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DeleteOutcome, FileEntry } from '../contract/file.ts'
import type { Page } from '../contract/page.ts'
import type { FileContent } from '../driver/file-driver.ts'
import type { OperationName } from '../driver/operation.ts'
import { StorageError } from '../errors/storage-error.ts'
import { operationNames } from './operation-kind.ts'
import { prefixLayer } from './prefix.ts'
import { fileInfo, failure, invoke, readText, sampleRequest, sampleResults, testDriver } from './test-driver.ts'

const layer = prefixLayer({ buckets: 'acme-', keys: 'tenants/acme/' })

/** Everything in a request or result that names a bucket or a file. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([field, item]) => {
    const isName = ['bucket', 'key', 'name', 'prefix', 'resource', 'keys'].includes(field)
    return isName ? [item].flat().map(String) : namesIn(item)
  })
}

const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })
const withoutNames: ReadonlySet<OperationName> = new Set(['ping', 'jobs.get', 'jobs.cancel'])

describe('prefixLayer', () => {
  test.each(operationNames.filter((name) => !withoutNames.has(name)))(
    '%s: full names in, plain names out',
    async (operation) => {
      const inner = testDriver()
      const result = await invoke(layer(inner), operation)
      expect(inner.log.map((each) => each.operation)).toEqual([operation])
      const sent = namesIn(inner.log[0]?.request)
      expect(sent.length).toBeGreaterThan(0)
      for (const name of sent) expect(name).toMatch(/^(acme-|tenants\/acme\/|cats$)/)
      for (const name of namesIn(result)) expect(name).not.toMatch(/acme/)
      // What goes in and comes out is what an app without prefix would see.
      const plain = await invoke(testDriver(), operation)
      expect(namesIn(result)).toEqual(namesIn(plain))
      expect(namesIn(sampleRequest(operation)).length).toBe(sent.length)
    },
  )

  test('requests and results keep everything else', async () => {
    const inner = testDriver()
    const driver = layer(inner)
    const page = await invoke(driver, 'files.list', { prefix: 'x', delimiter: '/', pageToken: 'tenants/acme/t' })
    expect(inner.log[0]?.request).toEqual({
      bucket: 'acme-photos',
      prefix: 'tenants/acme/x',
      delimiter: '/',
      pageSize: 10,
      pageToken: 'tenants/acme/t',
    })
    expect((page as Page<FileEntry>).nextPageToken).toBe('more')
    const { body, file } = (await invoke(driver, 'files.read')) as FileContent
    expect(file).toEqual(fileInfo('photos', 'a.txt'))
    expect(await readText(body)).toBe('abcdef')
  })

  test('one of the two prefixes is enough', async () => {
    const inner = testDriver()
    expect(await invoke(prefixLayer({ keys: 'a/' })(inner), 'files.stat')).toEqual(fileInfo('photos', 'a.txt'))
    expect(await invoke(prefixLayer({ buckets: 'a.' })(inner), 'files.stat')).toEqual(fileInfo('photos', 'a.txt'))
    expect(inner.log.map(({ request }) => [request['bucket'], request['key']])).toEqual([
      ['photos', 'a/a.txt'],
      ['a.photos', 'a.txt'],
    ])
  })

  test('what a backend lists beyond the prefix is left out', async () => {
    const inner = testDriver({
      'buckets.list': () => ({ items: [{ name: 'acme-a' }, { name: 'other' }], nextPageToken: undefined }),
      'tables.list': () => ({ items: [{ bucket: 'other', name: 't' }], nextPageToken: 'x' }),
      'files.list': () => ({
        items: [
          { kind: 'file', file: fileInfo('acme-photos', 'tenants/other/a') },
          { kind: 'file', file: fileInfo('other', 'tenants/acme/a') },
          { kind: 'prefix', prefix: 'tenants/' },
          { kind: 'file', file: fileInfo('acme-photos', 'tenants/acme/a') },
        ],
        nextPageToken: undefined,
      }),
    })
    const driver = layer(inner)
    expect(await invoke(driver, 'buckets.list')).toEqual({ items: [{ name: 'a' }], nextPageToken: undefined })
    expect(await invoke(driver, 'tables.list')).toEqual({ items: [], nextPageToken: 'x' })
    const { items } = (await invoke(driver, 'files.list')) as Page<FileEntry>
    expect(items).toEqual([{ kind: 'file', file: fileInfo('photos', 'a') }])
  })

  test('a single answer from outside the prefix fails', async () => {
    const driver = layer(testDriver({ 'files.stat': () => fileInfo('acme-photos', 'tenants/other/a') }))
    await expect(invoke(driver, 'files.stat')).rejects.toMatchObject({ code: 'internal' })
  })

  test.each(['..', '../x', 'a/../../x', 'a/..', './x', 'a\\..\\x', '%2e%2E/x', 'a/.%2e/x'])(
    'the key %s is refused',
    async (key) => {
      const inner = testDriver()
      const driver = layer(inner)
      const calls: [OperationName, object][] = [
        ['files.stat', { key }],
        ['files.deleteMany', { keys: ['a', key] }],
        ['files.list', { prefix: key }],
        ['files.copy', { to: { bucket: 'photos', key } }],
        ['buckets.get', { bucket: key }],
      ]
      for (const [operation, request] of calls) {
        await expect(invoke(driver, operation, request)).rejects.toMatchObject({ code: 'invalid-argument' })
      }
      expect(inner.log).toEqual([])
    },
  )

  test('keys with dots that are no segments are kept', async () => {
    for (const key of ['a..b', '...', '.hidden', 'a/.b/c..', 'x%2e']) {
      expect(await invoke(layer(testDriver()), 'files.stat', { key })).toMatchObject({ key })
    }
  })

  test('whatever the name, the full one begins with the prefix, and the plain one comes back', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (bucket, key) => {
        const inner = testDriver()
        const result = await invoke(layer(inner), 'files.stat', { bucket, key }).catch((error: unknown) => error)
        for (const { request } of inner.log) {
          expect(request).toMatchObject({ bucket: `acme-${bucket}`, key: `tenants/acme/${key}` })
        }
        expect(StorageError.is(result, 'invalid-argument') || inner.log.length === 1).toBe(true)
      }),
    )
  })

  test('failures show plain names in message, resource and details, and keep their facts', async () => {
    const driver = layer(
      testDriver({
        'files.stat': () => {
          const facts = {
            code: 'not-found' as const,
            message: 'no tenants/acme/a.txt in acme-photos',
            status: 404,
            nativeCode: 'NoSuchKey',
            requestId: 'r1',
            details: { key: 'tenants/acme/a.txt', list: ['acme-photos'], count: 2 },
          }
          throw new StorageError(facts, { operation: 'files.stat', resource: 'acme-photos/tenants/acme/a.txt' })
        },
        'tables.get': () => {
          throw Object.assign(new Error('ENOENT: acme-photos'), { code: 'ENOENT' })
        },
      }),
    )
    await expect(invoke(driver, 'files.stat')).rejects.toMatchObject({
      code: 'not-found',
      message: 'no a.txt in photos',
      resource: 'photos/a.txt',
      status: 404,
      nativeCode: 'NoSuchKey',
      requestId: 'r1',
      details: { key: 'a.txt', list: ['photos'], count: 2 },
    })
    await expect(invoke(driver, 'tables.get')).rejects.toMatchObject({
      code: 'not-found',
      message: 'ENOENT: photos',
      resource: 'photos/cats',
    })
  })

  test('a plain name that looks like a full one stays whole in the resource', async () => {
    const driver = layer(
      testDriver({
        'files.stat': () => {
          throw failure('not-found')
        },
      }),
    )
    const request = { bucket: 'photos', key: 'acme-photos' }
    await expect(invoke(driver, 'files.stat', request)).rejects.toMatchObject({ resource: 'photos/acme-photos' })
  })

  test('failures of single deletions and of bodies show plain names', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw failure('corrupt-data', { message: 'tenants/acme/a.txt ends early' })
    }
    const inner = testDriver({
      'files.deleteMany': ({ keys }) =>
        (keys as string[]).map((key) => ({ key, outcome: 'failed', error: new Error(`locked: ${key}`) })),
      'files.read': (request) => ({ ...(sampleResults['files.read'](request) as FileContent), body: broken() }),
    })
    const outcomes = (await invoke(layer(inner), 'files.deleteMany')) as DeleteOutcome[]
    expect(outcomes.map(({ key, error }) => [key, error?.message])).toEqual([
      ['a.txt', 'unexpected failure: locked: a.txt'],
      ['b.txt', 'unexpected failure: locked: b.txt'],
    ])
    const { body } = (await invoke(layer(inner), 'files.read')) as FileContent
    await expect(readText(body)).rejects.toMatchObject({ code: 'corrupt-data', message: 'a.txt ends early' })
  })

  test('jobs outside the prefix are not found, and not cancelled', async () => {
    const job = (operation: string, resource: string): object => ({ id: '7', operation, resource, status: 'waiting' })
    const inner = testDriver()
    const driver = layer(inner)
    const give = (info: object): void => {
      inner.answers['jobs.get'] = () => info
      inner.answers['jobs.cancel'] = () => info
      inner.log.length = 0
    }
    give(job('tables.load', 'acme-photos/cats'))
    expect(await invoke(driver, 'jobs.get')).toMatchObject({ resource: 'photos/cats' })
    expect(await invoke(driver, 'jobs.cancel')).toMatchObject({ resource: 'photos/cats' })
    give(job('files.copy', 'acme-photos/tenants/acme/a.txt'))
    expect(await invoke(driver, 'jobs.get')).toMatchObject({ resource: 'photos/a.txt' })
    for (const foreign of [job('tables.load', 'other/cats'), job('files.copy', 'acme-photos/tenants/other/a.txt')]) {
      give(foreign)
      await expect(invoke(driver, 'jobs.get')).rejects.toMatchObject({ code: 'not-found' })
      await expect(invoke(driver, 'jobs.cancel')).rejects.toMatchObject({ code: 'not-found' })
      expect(inner.log.map(({ operation }) => operation)).toEqual(['jobs.get', 'jobs.get'])
    }
  })

  test('limits on the length of names shrink by the prefix', () => {
    expect(layer(testDriver()).capabilities.limits).toMatchObject({ bucketNameBytes: 64 - 5, keyBytes: 1024 - 13 })
    expect(() => prefixLayer({ buckets: 'ä'.repeat(32) })(testDriver())).toThrow('leaves no room for names')
  })

  test.each([[{ bucket: 'x' }], [{ buckets: '' }], [{ keys: 5 }]])('refuses %j', (options) => {
    expect(() => prefixLayer(options as object)).toThrow('layer `prefix`')
  })
})
