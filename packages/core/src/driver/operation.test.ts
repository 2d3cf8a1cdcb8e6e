import { describe, expect, test } from 'vitest'
import { matchAll } from '../filter/tree.ts'
import { classifyCall } from './operation.ts'

const table = { bucket: 'b', table: 't' }
const filter = { kind: 'compare', path: 'a', operator: '$eq', value: 1 } as const

describe('how safe a call is to repeat', () => {
  test.each([
    ['a read', 'tables.find', {}, 'safe'],
    ['creating', 'tables.create', {}, 'keyed'],
    ['appending rows', 'tables.insert', { ...table, mode: 'append' }, 'unsafe'],
    ['upserting rows', 'tables.insert', { ...table, mode: 'upsert' }, 'idempotent'],
    ['loading rows', 'tables.load', { ...table, mode: 'append' }, 'unsafe'],
    ['deleting all that match', 'tables.delete', { ...table, filter, limit: undefined }, 'idempotent'],
    ['deleting some that match', 'tables.delete', { ...table, filter, limit: 5 }, 'unsafe'],
    ['setting a field', 'tables.update', update([{ operator: '$set', path: 'b', value: 1 }]), 'idempotent'],
    ['setting what the filter asks', 'tables.update', update([{ operator: '$set', path: 'a', value: 2 }]), 'unsafe'],
    ['setting a parent of it', 'tables.update', update([{ operator: '$set', path: 'a.b', value: 2 }]), 'unsafe'],
    ['adding to a field', 'tables.update', update([{ operator: '$inc', path: 'b', value: 1 }]), 'unsafe'],
    ['pushing', 'tables.update', update([{ operator: '$push', path: 'b', value: 1 }]), 'unsafe'],
    ['pulling', 'tables.update', update([{ operator: '$unset', path: 'b' }]), 'idempotent'],
    ['updating with upsert', 'tables.update', { ...update([]), upsertRow: { columns: [], rows: [] } }, 'unsafe'],
    ['writing bytes in memory', 'files.write', write(true, 'replace'), 'idempotent'],
    ['writing a stream', 'files.write', write(false, 'replace'), 'unsafe'],
    ['creating a file', 'files.write', write(true, 'create'), 'keyed'],
  ] as const)('%s (%s) is %#', (_, operation, request, expected) => {
    expect(classifyCall(operation, request)).toBe(expected)
  })

  test('a filter on all rows touches nothing', () => {
    const request = { ...update([{ operator: '$set', path: 'a', value: 1 }]), filter: matchAll }
    expect(classifyCall('tables.update', request)).toBe('idempotent')
  })
})

function update(changes: readonly object[]): object {
  return { ...table, filter, update: changes, upsertRow: undefined }
}

function write(isReopenable: boolean, kind: string): object {
  return { bucket: 'b', key: 'k', source: { isReopenable }, condition: { kind } }
}
