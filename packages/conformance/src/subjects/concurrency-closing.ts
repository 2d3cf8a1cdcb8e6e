import assert from 'node:assert/strict'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { collect, expectError } from '../expectation.ts'
import { findNeeds } from './filters-truth.ts'
import { inParallel } from './parallel-calls.ts'
import { rowIds } from './row-matches.ts'
import { oneRequest, type WordRow, wordRows } from './word-rows.ts'

/** Bytes that never end; tells when they are asked for. */
function endless(): { readonly bytes: AsyncIterable<Uint8Array>; readonly started: Promise<void> } {
  const { promise: started, resolve } = Promise.withResolvers<void>()
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      yield new Uint8Array(1000)
      resolve()
      await new Promise((next) => {
        setTimeout(next, 2)
      })
    }
  }
  return { bytes: chunks(), started }
}

async function wordTable(context: CheckContext): ReturnType<CheckContext['table']> {
  return context.table({ columns: { row_id: 'string', half: 'string', word: 'string' } })
}

/** A storage that is closed while it is used. */
export const closingChecks: readonly Check[] = [
  check(
    'concurrency/close-writers',
    'closing while rows are written ends the calls with `closed` and loses nothing that was acknowledged',
    { needs: [...findNeeds, 'semantics.atomicWrites'] },
    async (context) => {
      const table = await wordTable(context)
      const storage = context.openStorage()
      const same = storage.bucket(table.bucketName).table(table.name)
      const rows = wordRows(100)
      const ownRows = (index: number): WordRow[] => oneRequest(context, rows.slice(index * 5, index * 5 + 5))
      const insert = (index: number): PromiseLike<unknown> => same.insert(ownRows(index))
      const [{ done, failed }] = await Promise.all([
        inParallel(20, insert, 'closed', 'outcome-unknown'),
        storage.close(),
      ])
      const found = rowIds(await collect(table.find()))
      const sure = done.flatMap(({ index }) => rowIds(ownRows(index)))
      const lost = sure.filter((id) => !found.includes(id))
      assert.deepEqual(lost, [], 'rows that were acknowledged are lost')
      for (const { index, error } of failed) {
        const all = rowIds(ownRows(index))
        const own = all.filter((id) => found.includes(id))
        assert.ok(
          own.length === 0 || own.length === all.length,
          `${own.length} of ${all.length} rows of a call that failed are there`,
        )
        if (error.applied === 'no') assert.equal(own.length, 0, 'rows of a call that was not applied are there')
      }
      assert.equal(new Set(found).size, found.length, 'a row is there twice')
    },
  ),
  check(
    'concurrency/close-upload',
    'closing while a file is uploaded ends the upload with `closed`, and nothing of it is there',
    { needs: ['files.write', 'files.writeUnknownLength', 'files.read'] },
    async (context) => {
      const area = await context.files()
      const kept = area.file('kept')
      await kept.put('old')
      const storage = context.openStorage()
      const bucket = storage.bucket(area.bucket.name)
      const sources = [endless(), endless()]
      const uploads = ['kept', 'new'].map((key, index) =>
        bucket.file(area.prefix + key).upload(sources[index]?.bytes ?? new Uint8Array()),
      )
      const ends = uploads.map((upload) => expectError(upload, 'closed'))
      await Promise.race([Promise.all(sources.map(({ started }) => started)), Promise.all(ends)])
      await storage.close()
      await Promise.all(ends)
      assert.equal(await kept.text(), 'old')
      await expectError(area.file('new').get(), 'not-found')
    },
  ),
  check(
    'concurrency/close-reader',
    'closing between two pages ends the reading with `closed`',
    { needs: findNeeds },
    async (context) => {
      const table = await wordTable(context)
      await table.insert(wordRows(30))
      const storage = context.openStorage()
      const same = storage.bucket(table.bucketName).table(table.name)
      const rows = same.find({}, { pageSize: 5 })[Symbol.asyncIterator]()
      await rows.next()
      await storage.close()
      const rest = async (): Promise<void> => {
        for (let result = await rows.next(); result.done !== true;) result = await rows.next()
      }
      await expectError(rest(), 'closed')
    },
  ),
  check(
    'concurrency/closed',
    'a storage can be closed twice, and what is asked of it afterwards fails with `closed`',
    { needs: findNeeds },
    async (context) => {
      const table = await wordTable(context)
      const storage = context.openStorage()
      const same = storage.bucket(table.bucketName).table(table.name)
      await same.insert(wordRows(1))
      await Promise.all([storage.close(), storage.close()])
      await storage.close()
      const calls = context.log.calls.length
      await expectError(same.insert(wordRows(1)), 'closed')
      await expectError(collect(same.find()), 'closed')
      await expectError(storage.ping(), 'closed')
      assert.equal(context.log.calls.length, calls, 'something was sent by a closed storage')
      assert.equal((await collect(table.find())).length, 1)
    },
  ),
]
