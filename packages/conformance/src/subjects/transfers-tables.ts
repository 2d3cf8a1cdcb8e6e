import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { RowInput, Table, Transfer } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectError } from '../expectation.ts'
import { TransferWatch } from './transfer-watch.ts'

const loading: readonly Need[] = ['tables.create', 'tables.get', 'tables.load']
const exporting: readonly Need[] = ['tables.create', 'tables.insert', 'tables.get', 'tables.find', 'tables.export']
const rows = Array.from({ length: 500 }, (_, index) => ({ id: index, name: `name ${index}` }))
const columns = { id: 'number', name: 'string' } as const

/** Loads and exports are transfers like those of files. */
export const transferTableChecks: readonly Check[] = [
  check('transfers/load', 'a load of rows counts rows, and is finished at 100', { needs: loading }, async (context) => {
    const load = (await makeTable(context)).load(rows)
    const watch = new TransferWatch(load)
    const result = await load
    watch.checkEnd('finished')
    assert.equal(result.rows, 500)
    const { unit, total, transferred, rows: counted } = load.progress
    assert.deepEqual([unit, total, transferred, counted], ['rows', 500, 500, 500])
  }),
  check(
    'transfers/load-bytes',
    'a load from a path counts bytes, and is finished at 100',
    { needs: loading },
    async (context) => {
      const table = await makeTable(context)
      const text = `id,name\n${rows.map(({ id, name }) => `${id},${name}`).join('\n')}\n`
      const path = join(await context.temporaryDirectory(), 'rows.csv')
      await writeFile(path, text)
      const load = table.load(path)
      const watch = new TransferWatch(load)
      const result = await load
      watch.checkEnd('finished')
      assert.equal(result.rows, 500)
      const { unit, total, rows: counted } = load.progress
      assert.deepEqual([unit, total, counted], ['bytes', Buffer.byteLength(text), 500])
      assert.equal(result.receipt.bytesSent, Buffer.byteLength(text))
    },
  ),
  check(
    'transfers/load-failed',
    'a load whose source fails ends in error, once',
    { needs: loading },
    async (context) => {
      const load = (await makeTable(context)).load(
        givenRows((index) => {
          if (index === 300) throw new Error('the source broke')
        }),
      )
      const watch = new TransferWatch(load)
      const error = await expectError(load, 'unavailable', 'internal')
      watch.checkEnd('error')
      assert.match(error.message, /the source broke/)
    },
  ),
  check('transfers/load-aborted', 'a load that is aborted is stopped', { needs: loading }, async (context) => {
    const table = await makeTable(context)
    const load: Transfer<unknown> = table.load(givenRows((index) => index === 300 && load.abort('enough')))
    const watch = new TransferWatch(load)
    const error = await expectError(load, 'aborted')
    watch.checkEnd('stopped')
    assert.match(error.message, /enough/)
  }),
  check(
    'transfers/export',
    'an export to a path is finished at 100, when the file has its name',
    { needs: exporting },
    async (context) => {
      const table = await makeTable(context, true)
      const directory = await context.temporaryDirectory()
      const work = table.export(join(directory, 'rows.csv'))
      const watch = new TransferWatch(work)
      const result = await work
      watch.checkEnd('finished')
      assert.deepEqual([result.rows, work.progress.rows, work.progress.unit], [500, 500, 'rows'])
      const bytes = await readFile(join(directory, 'rows.csv'))
      assert.equal(result.sizeBytes, bytes.byteLength)
      assert.equal(bytes.toString().trimEnd().split('\n').length, 501)
      assert.deepEqual(await readdir(directory), ['rows.csv'])
    },
  ),
  check(
    'transfers/export-exists',
    'an export onto a file fails with already-exists and leaves it, unless it may overwrite',
    { needs: exporting },
    async (context) => {
      const table = await makeTable(context, true)
      const directory = await context.temporaryDirectory()
      const path = join(directory, 'rows.csv')
      await writeFile(path, 'mine')
      await expectError(table.export(path), 'already-exists')
      assert.equal(await readFile(path, 'utf8'), 'mine')
      await table.export(path, { overwrite: true })
      assert.notEqual(await readFile(path, 'utf8'), 'mine')
      assert.deepEqual(await readdir(directory), ['rows.csv'])
    },
  ),
  check(
    'transfers/export-aborted',
    'an export that is aborted is stopped and leaves no file',
    { needs: exporting },
    async (context) => {
      const table = await makeTable(context, true)
      const directory = await context.temporaryDirectory()
      const work: Transfer<unknown> = table.export(join(directory, 'rows.csv'))
      const watch = new TransferWatch(work)
      work.onStatus((status) => status === 'active' && void work.abort('enough'))
      await expectError(work, 'aborted')
      watch.checkEnd('stopped')
      assert.deepEqual(await readdir(directory), [])
    },
  ),
]

async function makeTable(context: CheckContext, isFilled = false): Promise<Table> {
  return context.table({ columns, primaryKey: ['id'] }, isFilled ? rows : [])
}

async function* givenRows(beforeRow: (index: number) => unknown): AsyncGenerator<RowInput, void, undefined> {
  for (const [index, row] of rows.entries()) {
    void beforeRow(index)
    await turn()
    yield row
  }
}
