import { expect, test } from 'vitest'
import { ReceiptRecorder } from '../contract/receipt.ts'
import { completeGroup } from './complete-group.ts'

const call = { signal: new AbortController().signal, receipt: new ReceiptRecorder() }

class Jobs {
  readonly #known = 'job-1'

  async get(): Promise<never> {
    throw new Error(this.#known)
  }
}

test('methods that are there keep their object', async () => {
  await expect(completeGroup('jobs', new Jobs()).get({ id: '1' }, call)).rejects.toThrow('job-1')
})

test('methods that are left out fail and name the operation', async () => {
  const jobs = completeGroup('jobs', {})
  await expect(jobs.cancel({ id: '1' }, call)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('jobs.cancel') as string,
  })
})

test('a table group without exportCsv has none, and every other method', () => {
  const tables = completeGroup('tables', {})
  expect(Object.hasOwn(tables, 'exportCsv')).toBe(false)
  expect(Object.keys(tables)).toContain('setPrimaryKey')
  expect(Object.keys(completeGroup('files', {}))).toHaveLength(9)
})
