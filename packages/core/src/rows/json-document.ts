import { Utf8Text } from '../bytes/utf8-text.ts'
import type { StorageError } from '../errors/storage-error.ts'
import { JsonElements } from './json-elements.ts'
import { defaultRecordLength, JsonRows, type ReadJsonOptions } from './json-rows.ts'
import type { RowBatch } from './row.ts'

/**
 * Reads a JSON document that is an array of objects into batches of up to 1,000 rows, without holding the document: only the
 * element under way is in memory.
 *
 * The rules and errors are those of JSON lines; `details.line` is the line a row begins on. Anything but white space after
 * the array fails.
 */
export async function* readJson(
  source: AsyncIterable<Uint8Array>,
  options: ReadJsonOptions = {},
): AsyncGenerator<RowBatch, void, undefined> {
  const elements = new JsonElements(options.maxRecordLength ?? defaultRecordLength)
  const rows = new JsonRows(options)
  const text = new Utf8Text()
  function* take(piece: string): Generator<RowBatch, void, undefined> {
    for (const element of elements.push(piece)) {
      const batch = rows.take(element.text, element.line)
      if (batch) yield batch
    }
  }
  const fail = (problem: string): StorageError => rows.failure('corrupt-data', problem, elements.line)
  for await (const chunk of source) {
    for (const piece of text.push(chunk)) yield* take(piece)
    if (text.isBroken || elements.problem !== undefined) break
  }
  text.end()
  elements.end()
  const failure = text.isBroken
    ? fail('holds bytes that are not UTF-8: convert the file')
    : elements.problem && fail(elements.problem)
  const batch = rows.flush()
  if (batch) yield batch
  if (failure) throw failure
}
