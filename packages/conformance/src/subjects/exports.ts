import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { crc32 } from 'node:zlib'
import type { ExportTarget, Row } from '@stowage/core'
import { type Check, check, type Need } from '../check.ts'
import { expectError } from '../expectation.ts'
import { csvLines, exportRows, exportText } from './exported-text.ts'
import { exportChangeChecks } from './exports-changes.ts'
import { exportFailureChecks } from './exports-failures.ts'
import { exportRoundTripChecks } from './exports-round-trips.ts'
import { assertSameRows, storedRows } from './stored-rows.ts'
import { tellingFilters } from './telling-filters.ts'
import { textRows, textTable } from './text-rows.ts'

const needs: readonly Need[] = ['tables.create', 'tables.insert', 'tables.find', 'tables.get', 'tables.export']

/** Gives targets of all kinds that gather what is written to them. */
function gatheringTargets(chunks: Uint8Array[]): Readonly<Record<string, ExportTarget>> {
  return {
    function: (chunk) => void chunks.push(chunk),
    'slow function': async (chunk) => {
      await new Promise(setImmediate)
      chunks.push(chunk)
    },
    'Node stream': new Writable({
      highWaterMark: 1,
      write(chunk: Uint8Array, _encoding, done) {
        chunks.push(chunk)
        setImmediate(done)
      },
    }),
    'web stream': new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) }),
  }
}

function byId(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (JSON.stringify(a['id']) < JSON.stringify(b['id']) ? -1 : 1))
}

/** Exports: a table's rows as CSV or JSON lines. */
export const exportChecks: readonly Check[] = [
  check(
    'exports/csv',
    'CSV has a header line with the columns in order and a line for each row',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      const rows = textRows(9)
      await table.insert(rows)
      const { text, result } = await exportText(table)
      const lines = rows.map(({ id, name, city }) => `${id},${name},${city}`)
      assert.deepEqual(csvLines(text), ['id,name,city', ...lines.toSorted()])
      assert.deepEqual([result.rows, result.sizeBytes], [rows.length, Buffer.byteLength(text)])
    },
  ),
  check('exports/csv-quoting', 'CSV quotes what RFC 4180 asks for, and nothing else', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert({ id: 'a "b"', name: 'c,d\ne\r\nf', city: 'g;h\ti' })
    const { text } = await exportText(table)
    assert.equal(text, 'id,name,city\n"a ""b""","c,d\ne\r\nf",g;h\ti\n')
  }),
  check('exports/json-lines', 'JSON lines hold one object for each row', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(9))
    const { text, result } = await exportText(table, { format: 'json-lines' })
    assert.equal(result.rows, 9)
    assert.ok(text.endsWith('}\n'))
    assertSameRows(byId(await exportRows(table)), textRows(9))
  }),
  check(
    'exports/targets',
    'a path, a URL, a stream and a function get the same bytes, and the result has their size and checksums',
    { needs },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(1300))
      const { text } = await exportText(table)
      const expected = Buffer.from(text)
      const size = { rows: 1300, sizeBytes: expected.byteLength }
      const sums = { crc32: crc32(expected).toString(16).padStart(8, '0'), sha256: sha256(expected) }
      const directory = await context.temporaryDirectory()
      for (const path of [join(directory, 'a.csv'), pathToFileURL(join(directory, 'b.csv'))]) {
        const { rows, sizeBytes, checksums } = await table.export(path, { checksums: ['sha256'] })
        assert.deepEqual([{ rows, sizeBytes }, { ...checksums }], [size, sums])
        assert.equal(sha256(await readFile(path)), sums.sha256)
      }
      const chunks: Uint8Array[] = []
      for (const [what, target] of Object.entries(gatheringTargets(chunks))) {
        const { rows, sizeBytes } = await table.export(target)
        assert.deepEqual({ rows, sizeBytes }, size, what)
        assert.equal(sha256(Buffer.concat(chunks.splice(0))), sums.sha256, what)
      }
    },
  ),
  check('exports/ending', 'the ending of a path tells the format', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(1))
    const directory = await context.temporaryDirectory()
    const starts = { 'a.csv': 'id,', 'a.jsonl': '{', 'a.ndjson': '{', 'a.txt': 'id,' }
    for (const [name, start] of Object.entries(starts)) {
      const path = join(directory, name)
      await table.export(path)
      assert.ok((await readFile(path, 'utf8')).startsWith(start), name)
    }
  }),
  check('exports/empty', 'an empty table gives the header line alone, or no JSON line', { needs }, async (context) => {
    const table = await context.table(textTable)
    const csv = await exportText(table)
    assert.deepEqual([csv.text, csv.result.rows], ['id,name,city\n', 0])
    const json = await exportText(table, { format: 'json-lines' })
    assert.deepEqual([json.text, json.result.rows, json.result.sizeBytes], ['', 0, 0])
    await table.insert(textRows(3))
    assert.equal((await exportText(table, { filter: { city: 'Atlantis' } })).text, 'id,name,city\n')
    const path = join(await context.temporaryDirectory(), 'empty.jsonl')
    await table.export(path, { filter: { city: 'Atlantis' } })
    assert.equal((await readFile(path)).byteLength, 0)
  }),
  check('exports/filter', 'an export with a filter holds the rows that find finds', { needs }, async (context) => {
    const table = await context.table(textTable)
    await table.insert(textRows(40))
    for (const filter of tellingFilters) {
      assertSameRows(byId(await exportRows(table, { filter })), await storedRows(table, filter))
    }
  }),
  check('exports/columns', 'an export holds the columns asked for, in that order', { needs }, async (context) => {
    const table = await context.table({ ...textTable, undeclaredFields: 'refuse' })
    await table.insert(textRows(3))
    const { text } = await exportText(table, { columns: ['city', 'id'] })
    assert.deepEqual(csvLines(text), [
      'city,id',
      ...textRows(3)
        .map(({ id, city }) => `${city},${id}`)
        .toSorted(),
    ])
    const rows = await exportRows(table, { columns: ['name'], filter: { id: { $exists: true } } })
    assert.deepEqual(
      rows.map((row) => JSON.stringify(row)).toSorted(),
      textRows(3).map(({ name }) => JSON.stringify({ name })),
    )
    for (const columns of [['planet'], ['id', 'id'], []]) {
      await expectError(exportText(table, { columns }), 'invalid-argument')
    }
  }),
  check(
    'exports/undeclared',
    'CSV never leaves out an undeclared field unseen; JSON lines hold it',
    { needs: [...needs, 'semantics.keepsUndeclaredFields'] },
    async (context) => {
      const table = await context.table(textTable)
      const rows = textRows(1200).map((row, index) => (index === 1100 ? { ...row, planet: 'Mars' } : row))
      await table.insert(rows)
      const error = await expectError(exportText(table), 'invalid-argument')
      assert.match(error.message, /planet/)
      assertSameRows(byId(await exportRows(table)), rows)
      const { text } = await exportText(table, { columns: ['id', 'planet'], filter: { planet: { $exists: true } } })
      assert.equal(text, `id,planet\n${rows[1100]?.id},Mars\n`)
      assert.equal(csvLines((await exportText(table, { columns: ['id', 'name', 'city'] })).text).length, 1201)
    },
  ),
  check(
    'exports/10001',
    'an export of 10,001 rows holds each once, and its progress and receipt tell how it was done',
    { needs, timeoutMs: 120_000 },
    async (context) => {
      const table = await context.table(textTable)
      await table.insert(textRows(10_001))
      const chunks: Uint8Array[] = []
      const transfer = table.export((chunk) => void chunks.push(chunk), { format: 'json-lines' })
      const { rows, sizeBytes, receipt } = await transfer
      const text = Buffer.concat(chunks).toString()
      const found = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Row)
      assertSameRows(byId(found), textRows(10_001))
      assert.deepEqual(
        [rows, sizeBytes, receipt.bytesReceived],
        [10_001, text ? Buffer.byteLength(text) : 0, sizeBytes],
      )
      const { percentage, rows: progressed } = transfer.progress
      assert.deepEqual([transfer.status, percentage, progressed], ['finished', 100, 10_001])
      const pages = context.log.operations.filter((operation) => operation === 'tables.find').length
      assert.ok(receipt.requests >= pages, 'the receipt counts each page')
    },
  ),
  ...exportRoundTripChecks,
  ...exportFailureChecks,
  ...exportChangeChecks,
]

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
