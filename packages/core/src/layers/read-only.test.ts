import { describe, expect, test } from 'vitest'
import type { OperationName } from '../driver/operation.ts'
import { operationNames } from './operation-kind.ts'
import { readOnlyLayer } from './read-only.ts'
import { invoke, testDriver } from './test-driver.ts'

const isRead: Record<OperationName, boolean> = {
  ping: true,
  'buckets.list': true,
  'buckets.get': true,
  'buckets.create': false,
  'buckets.update': false,
  'buckets.delete': false,
  'buckets.archive': false,
  'tables.list': true,
  'tables.get': true,
  'tables.create': false,
  'tables.drop': false,
  'tables.insert': false,
  'tables.load': false,
  'tables.plan': true,
  'tables.find': true,
  'tables.count': true,
  'tables.update': false,
  'tables.delete': false,
  'tables.changed': true,
  'tables.setPrimaryKey': false,
  'tables.exportCsv': true,
  'files.list': true,
  'files.stat': true,
  'files.read': true,
  'files.write': false,
  'files.delete': false,
  'files.deleteMany': false,
  'files.copy': false,
  'files.update': false,
  'files.signUrl': true,
  'jobs.get': true,
  'jobs.cancel': false,
}

describe('readOnlyLayer', () => {
  test.each(operationNames.filter((name) => isRead[name]))('%s goes through', async (operation) => {
    const inner = testDriver()
    await invoke(readOnlyLayer()(inner), operation)
    expect(inner.log.map((each) => each.operation)).toEqual([operation])
  })

  test.each(operationNames.filter((name) => !isRead[name]))('%s is refused before it is sent', async (operation) => {
    const inner = testDriver()
    await expect(invoke(readOnlyLayer()(inner), operation)).rejects.toMatchObject({
      code: 'permission-denied',
      applied: 'no',
      retryable: false,
      backend: 'test',
      operation,
      message: `${operation} is refused: the storage is read-only; open it without the layer \`readOnly\` to write`,
    })
    expect(inner.log).toEqual([])
  })

  test('an upsert, which may be repeated, is still a write, and so is a URL to write with', async () => {
    const driver = readOnlyLayer()(testDriver())
    await expect(invoke(driver, 'tables.insert', { mode: 'upsert' })).rejects.toThrow('read-only')
    await expect(invoke(driver, 'files.signUrl', { method: 'PUT' })).rejects.toThrow('read-only')
  })

  test('the capability record stays', () => {
    const inner = testDriver()
    expect(readOnlyLayer()(inner).capabilities).toBe(inner.capabilities)
  })

  test('refuses options', () => {
    expect(() => readOnlyLayer({ strict: true } as never)).toThrow(
      'layer `readOnly` has no option `strict`; it has none',
    )
  })
})
