import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { LoadFormat, LoadSource, RowInput } from '@stowage/core'
import { type Check, check } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { needsOfLoad } from './load-modes.ts'
import { assertStored } from './stored-rows.ts'
import { textRows, textTable } from './text-rows.ts'
import { assertCounts } from './write-counts.ts'

const rows = textRows(12)

const csvText = `id,name,city\n${rows.map(({ id, name, city }) => `${id},${name},${city}\n`).join('')}`

const texts: Readonly<Record<Exclude<LoadFormat, 'rows'>, string>> = {
  csv: csvText,
  'json-lines': rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  json: JSON.stringify(rows, undefined, 1),
}

const extensions: Readonly<Record<Exclude<LoadFormat, 'rows'>, readonly string[]>> = {
  csv: ['.csv', '.CSV'],
  'json-lines': ['.jsonl', '.ndjson'],
  json: ['.json'],
}

async function assertLoads(
  context: CheckContext,
  source: LoadSource,
  format?: LoadFormat,
  what = 'rows',
): Promise<void> {
  const table = await context.table(textTable)
  const result = await table.load(source, format === undefined ? {} : { format })
  assert.equal(result.rows, rows.length, what)
  assertCounts(result, rows.length)
  await assertStored(table, rows)
}

function* oneByOne(): Generator<RowInput> {
  yield* rows
}

// oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
async function* arriving(): AsyncGenerator<RowInput | readonly RowInput[]> {
  yield rows[0] ?? {}
  yield rows.slice(1, 7)
  yield []
  yield rows.slice(7)
}

function webStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 40))
      controller.enqueue(bytes.subarray(40))
      controller.close()
    },
  })
}

/** Gives bytes one at a time, so that characters and line ends fall apart. */
// oxlint-disable-next-line typescript/require-await -- a source that arrives is asynchronous
async function* byteByByte(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 1) yield bytes.subarray(at, at + 1)
}

const formats = ['csv', 'json-lines', 'json'] as const

/** Loads from all kinds of sources. */
export const loadSourceChecks: readonly Check[] = [
  check(
    'loads/from-rows',
    'rows load from an array, an iterable, an async iterable, and arrays of rows',
    { needs: needsOfLoad },
    async (context) => {
      await assertLoads(context, rows)
      await assertLoads(context, [rows.slice(0, 5), rows.slice(5)])
      await assertLoads(context, new Set(rows))
      await assertLoads(context, oneByOne())
      await assertLoads(context, arriving())
      await assertLoads(context, Readable.from(rows), 'rows')
    },
  ),
  ...formats.flatMap((format) => [
    check(
      `loads/from-${format}-bytes`,
      `${format} loads from bytes, blobs and streams, however they are cut`,
      { needs: needsOfLoad },
      async (context) => {
        const bytes = new TextEncoder().encode(texts[format])
        const sources: Readonly<Record<string, LoadSource>> = {
          bytes,
          buffer: bytes.buffer,
          blob: new Blob([bytes]),
          'Node stream': Readable.from([bytes.subarray(0, 33), bytes.subarray(33)]),
          'web stream': webStream(bytes) as unknown as LoadSource,
          'single bytes': byteByByte(bytes),
        }
        for (const [what, source] of Object.entries(sources)) await assertLoads(context, source, format, what)
      },
    ),
    check(
      `loads/from-${format}-file`,
      `${format} loads from a file, told by its ending, and the receipt counts its bytes`,
      { needs: needsOfLoad },
      async (context) => {
        const directory = await context.temporaryDirectory()
        for (const extension of extensions[format]) {
          const path = join(directory, `rows${extension}`)
          await writeFile(path, texts[format])
          await assertLoads(context, path)
          await assertLoads(context, pathToFileURL(path))
        }
        const path = join(directory, 'rows.txt')
        await writeFile(path, texts[format])
        const table = await context.table(textTable)
        const { receipt } = await table.load(path, { format })
        assert.equal(receipt.bytesSent, Buffer.byteLength(texts[format]))
        assert.ok(receipt.requests > 0, 'the receipt counts requests')
        await assertStored(table, rows)
      },
    ),
    check(
      `loads/from-${format}-empty`,
      `${format} without rows loads none`,
      { needs: needsOfLoad },
      async (context) => {
        const table = await context.table(textTable)
        await table.load(rows)
        const empty = { csv: ['id,name,city\n', 'id,name,city'], 'json-lines': ['', '\n\n'], json: ['[]', ' [ ]\n'] }
        for (const text of empty[format]) {
          const result = await table.load(new TextEncoder().encode(text), { format })
          assert.equal(result.rows, 0)
          assertCounts(result, 0)
        }
        await assertStored(table, rows)
      },
    ),
  ]),
]
