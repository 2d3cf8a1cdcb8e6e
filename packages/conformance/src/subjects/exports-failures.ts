import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Table, Transfer } from '@stowage/core'
import { interceptDriver, type Layer } from '@stowage/core/driver'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { exportText } from './exported-text.ts'
import { textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find', 'tables.get', 'tables.export']

/** Makes a table of several pages, and calls a function before its second page, or the second chunk of CSV the backend makes, is read. */
async function pagedTable(context: CheckContext, onSecondPage: () => void): Promise<Table> {
  let pages = 0
  const watch: Layer = (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation === 'tables.find' && ++pages === 2) onSecondPage()
      const result = await next(call)
      return call.operation === 'tables.exportCsv' ? cut(result as AsyncIterable<Uint8Array>, onSecondPage) : result
    })
  const bucket = await context.bucket(context.openStorage([watch]))
  const table = bucket.table(context.newTableName())
  await table.create(textTable)
  if (!context.has('semantics.dynamicBuckets')) context.defer(() => table.drop())
  await table.insert(textRows(2100))
  return table
}

/** Gives a body's first chunk as it is, and calls a function before the next. */
async function* cut(body: AsyncIterable<Uint8Array>, onSecond: () => void): AsyncGenerator<Uint8Array> {
  let chunks = 0
  for await (const chunk of body) {
    if (++chunks === 2) onSecond()
    yield chunk
  }
}

/** Exports that fail or are stopped: what they leave. */
export const exportFailureChecks: readonly Check[] = [
  check(
    'exports/file-there',
    'a file that is there stays unless it may be overwritten, and is replaced as a whole',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      const path = join(await context.temporaryDirectory(), 'there.csv')
      await writeFile(path, 'x'.repeat(10_000))
      await expectError(table.export(path), 'already-exists')
      assert.equal((await readFile(path)).byteLength, 10_000)
      await table.export(path, { overwrite: true })
      assert.equal(await readFile(path, 'utf8'), (await exportText(table)).text)
    },
  ),
  check(
    'exports/aborted',
    'an export aborted half way leaves no file, and the one that was there untouched',
    { needs },
    async (context) => {
      const directory = await context.temporaryDirectory()
      for (const [name, options] of [
        ['new.csv', {}],
        ['old.csv', { overwrite: true }],
      ] as const) {
        let transfer: Transfer<unknown> | undefined
        const table = await pagedTable(context, () => void transfer?.abort('enough'))
        const path = join(directory, name)
        if (options.overwrite) await writeFile(path, 'old')
        transfer = table.export(path, options)
        await expectError(transfer, 'aborted')
        assert.equal(transfer.status, 'stopped')
        assert.deepEqual(await readdir(directory), options.overwrite ? [name] : [])
        if (options.overwrite) assert.equal(await readFile(path, 'utf8'), 'old')
      }
    },
  ),
  check(
    'exports/fails-half-way',
    'an export whose second page fails leaves no file, and the one that was there untouched',
    { needs },
    async (context) => {
      const directory = await context.temporaryDirectory()
      for (const [name, options] of [
        ['new.csv', {}],
        ['old.csv', { overwrite: true }],
      ] as const) {
        const table = await pagedTable(context, () => {
          throw new Error('the page is lost')
        })
        const path = join(directory, name)
        if (options.overwrite) await writeFile(path, 'old')
        const transfer = table.export(path, options)
        const error = await expectError(transfer, 'internal')
        assert.match(error.message, /the page is lost/)
        assert.equal(transfer.status, 'error')
        assert.deepEqual(await readdir(directory), options.overwrite ? [name] : [])
        if (options.overwrite) assert.equal(await readFile(path, 'utf8'), 'old')
      }
    },
  ),
  check(
    'exports/stream-destroyed',
    'a stream whose export fails is destroyed, not ended as if it were complete',
    { needs },
    async (context) => {
      const table = await pagedTable(context, () => {
        throw new Error('the page is lost')
      })
      let isFinished = false
      const target = new Writable({
        write: (_chunk, _encoding, done) => done(),
        final(done) {
          isFinished = true
          done()
        },
      })
      await expectError(table.export(target), 'internal')
      assert.deepEqual([target.destroyed, isFinished], [true, false])
    },
  ),
  check(
    'exports/target-fails',
    'a target that fails fails the export, with its own words',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(3))
      const failing = [
        () => {
          throw new Error('no room')
        },
        () => Promise.reject(new Error('no room')),
        new Writable({ write: (_chunk, _encoding, done) => done(new Error('no room')) }),
        new WritableStream<Uint8Array>({
          write() {
            throw new Error('no room')
          },
        }),
      ]
      for (const target of failing) {
        const error = await expectError(table.export(target), 'internal')
        assert.match(error.message, /no room/)
      }
    },
  ),
  check(
    'exports/back-pressure',
    'no further chunk or page comes while the target is busy',
    { needs },
    async (context) => {
      let pages = 0
      const table = await pagedTable(context, () => (pages += 1))
      let isBusy = false
      let chunks = 0
      const large = 'x'.repeat(2000)
      await table.insert(textRows(200, 5000).map((row) => ({ ...row, name: large })))
      pages = 0
      await table.export(async () => {
        assert.equal(isBusy, false, 'a chunk came while the one before was being written')
        isBusy = true
        chunks += 1
        const before = context.log.calls.length
        await new Promise((resolve) => setTimeout(resolve, 2))
        assert.ok(context.log.calls.length - before <= 1, 'pages were read ahead')
        isBusy = false
      })
      assert.ok(chunks > 1, 'more than one chunk')
    },
  ),
  check(
    'exports/no-table',
    'an export of a missing table fails with not-found and leaves no file',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1))
      await exportText(table)
      const directory = await context.temporaryDirectory()
      const missing = (await context.bucket()).table(context.newTableName())
      await expectError(missing.export(join(directory, 'a.csv')), 'not-found')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
]
