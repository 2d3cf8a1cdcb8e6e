import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonValue } from '../rows/row.ts'
import { CopyJournal, type JournalHeader } from './copy-journal.ts'

const header: JournalHeader = { kind: 'files', copy: 'abc' }
let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(directory, 'copy.journal')
})
afterEach(() => rmSync(directory, { recursive: true }))

async function entriesOf(): Promise<JsonValue[]> {
  const entries: JsonValue[] = []
  const journal = await CopyJournal.open(path, header, (entry) => entries.push(entry))
  await journal.close()
  return entries
}

async function write(...entries: JsonValue[]): Promise<void> {
  const journal = await CopyJournal.open(path, header, () => {})
  for (const entry of entries) await journal.append(entry)
  await journal.close()
}

test('what was appended is there when it is opened again, in order', async () => {
  await write({ done: 'a' }, { done: 'ü\n' })
  await write({ done: 'c' })
  expect(await entriesOf()).toEqual([{ done: 'a' }, { done: 'ü\n' }, { done: 'c' }])
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test('entries that wait together share a line, and many are more than one', async () => {
  const journal = await CopyJournal.open(path, header, () => {})
  const texts = Array.from({ length: 40 }, (_, at) => ({ at, text: 'x'.repeat(100_000) }))
  await Promise.all(texts.map((entry) => journal.append(entry)))
  await journal.close()
  expect(await entriesOf()).toEqual(texts)
  expect(readFileSync(path, 'utf8').split('\n').length - 1).toBeLessThan(10)
})

test('wherever the last line is torn, the lines before it count and writing goes on', async () => {
  await write({ at: 1 }, { at: 2 })
  const whole = readFileSync(path)
  const lastLine = whole.lastIndexOf(0x0a, whole.byteLength - 2) + 1
  for (let size = lastLine; size < whole.byteLength; size += 1) {
    writeFileSync(path, whole.subarray(0, size))
    expect(await entriesOf()).toEqual([{ at: 1 }])
    await write({ at: 3 })
    expect(await entriesOf()).toEqual([{ at: 1 }, { at: 3 }])
  }
})

test('a header that is torn anywhere is written anew', async () => {
  await write({ at: 1 })
  const whole = readFileSync(path)
  for (let size = 0; size < whole.indexOf(0x0a); size += 1) {
    writeFileSync(path, whole.subarray(0, size))
    await write({ at: 2 })
    expect(await entriesOf()).toEqual([{ at: 2 }])
  }
})

test('any changed or missing byte before the last line is refused, and the file stays as it is', async () => {
  await write({ at: 1 }, { at: 2 }, { at: 3 })
  const whole = readFileSync(path)
  const lastLine = whole.lastIndexOf(0x0a, whole.byteLength - 2)
  await fc.assert(
    fc.asyncProperty(fc.nat(lastLine - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, flip, isCut) => {
      const damaged = isCut
        ? Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)])
        : Buffer.from(whole.map((byte, index) => (index === at ? byte ^ flip : byte)))
      writeFileSync(path, damaged)
      await expect(entriesOf()).rejects.toMatchObject({ code: expect.stringMatching(/^(conflict|corrupt-data)$/) })
      expect(readFileSync(path)).toEqual(damaged)
    }),
    { numRuns: 150 },
  )
})

test('a line that was taken out is noticed', async () => {
  await write({ at: 1 }, { at: 2 }, { at: 3 })
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, lines.toSpliced(1, 1).join('\n'))
  await expect(entriesOf()).rejects.toMatchObject({ code: 'corrupt-data', details: { line: 2 } })
})

test('a line without end is read in bounded memory and refused', async () => {
  await write({ at: 1 })
  appendFileSync(path, 'x'.repeat(12 * 1024 * 1024))
  await expect(entriesOf()).rejects.toMatchObject({ code: 'corrupt-data' })
})

test('the journal of another copy is refused and says what to do', async () => {
  await write({ at: 1 })
  for (const other of [
    { ...header, copy: 'other' },
    { ...header, kind: 'table' },
  ] as const) {
    const opening = CopyJournal.open(path, other, () => {})
    await expect(opening).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('another path') })
  }
})

test('a file that is no journal is refused and kept', async () => {
  for (const content of ['some notes of mine', 'id,name\n1,a\n', '["0']) {
    writeFileSync(path, content)
    await expect(entriesOf()).rejects.toMatchObject({ code: 'conflict' })
    expect(readFileSync(path, 'utf8')).toBe(content)
  }
})

test('a directory that is not there is named', async () => {
  path = join(directory, 'no', 'copy.journal')
  await expect(entriesOf()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('/no') })
})

test('a second one at the same time is refused, and is let in after the first', async () => {
  const first = await CopyJournal.open(path, header, () => {})
  await expect(entriesOf()).rejects.toMatchObject({ code: 'conflict' })
  await expect(entriesOf()).rejects.toMatchObject({ code: 'conflict' })
  await first.append({ at: 1 })
  await first.close()
  expect(await entriesOf()).toEqual([{ at: 1 }])
})

test('of many that open it at once exactly one gets it', async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 12 }, () => CopyJournal.open(path, header, () => {})))
  const opened = attempts.filter((attempt) => attempt.status === 'fulfilled')
  expect(opened).toHaveLength(1)
  await opened[0]?.value.close()
})

test('nothing is appended after closing', async () => {
  const journal = await CopyJournal.open(path, header, () => {})
  await journal.close()
  await journal.close()
  await expect(journal.append({ at: 1 })).rejects.toMatchObject({ code: 'closed' })
  truncateSync(path, 0)
})
