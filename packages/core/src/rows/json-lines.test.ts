import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StorageError } from '../errors/storage-error.ts'
import { batchToRows, toBatch } from './batch.ts'
import { readJson } from './json-document.ts'
import { readJsonLines, writeJsonLines } from './json-lines.ts'
import type { ReadJsonOptions } from './json-rows.ts'
import type { JsonValue, Row, RowBatch } from './row.ts'

type Reader = typeof readJson

async function* arrive<Item>(...items: Item[]): AsyncGenerator<Item> {
  yield* items
}

function cut(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts, bytes.byteLength]
  return arrive(...ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)))
}

async function read(
  reader: Reader,
  source: string | Uint8Array,
  options?: ReadJsonOptions,
  cuts: readonly number[] = [],
): Promise<{ rows: Row[]; error: StorageError | undefined }> {
  const rows: Row[] = []
  try {
    for await (const batch of reader(cut(Buffer.from(source), cuts), options)) rows.push(...batchToRows(batch))
    return { rows, error: undefined }
  } catch (error) {
    if (StorageError.is(error)) return { rows, error }
    throw error
  }
}

async function write(...batches: RowBatch[]): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeJsonLines(arrive(...batches))) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', '\n', '\u2028', ':', ' ') }),
)
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
}))
const rows = fc
  .array(
    fc.dictionary(
      text.filter((name) => name !== ''),
      value,
      { maxKeys: 4, noNullPrototype: true },
    ) as fc.Arbitrary<Row>,
  )
  .filter((all) => !JSON.stringify(all).includes('__proto__'))
const cuts = fc.array(fc.nat(200), { maxLength: 4 }).map((all) => all.toSorted((a, b) => a - b))

describe('JSON lines', () => {
  test('rows survive writing and reading, cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(rows, cuts, async (input, at) => {
        const lines = await write(toBatch(input))
        expect(lines.split('\n')).toHaveLength(input.length + 1)
        const bytes = Buffer.from(lines)
        expect(
          await read(
            readJsonLines,
            bytes,
            {},
            at.map((each) => Math.min(each, bytes.length)),
          ),
        ).toEqual({ rows: input, error: undefined })
      }),
    )
  })

  test('every cut in two reads the same', async () => {
    const source = '\ufeff{"a":"\u20ac\\n"}\r\n\r\n  \n{"b":[1,{"c":null}]}\n{"a":"\u{1f600}"}'
    const whole = await read(readJsonLines, source)
    expect(whole).toEqual({ rows: [{ a: '\u20ac\n' }, { b: [1, { c: null }] }, { a: '\u{1f600}' }], error: undefined })
    for (let at = 0; at <= Buffer.from(source).length; at++)
      expect(await read(readJsonLines, source, {}, [at])).toEqual(whole)
  })

  test('nothing is no rows, and many rows come in batches', async () => {
    for (const nothing of ['', '\n\n', ' ', '\ufeff'])
      expect(await read(readJsonLines, nothing)).toEqual({ rows: [], error: undefined })
    const lines = Array.from({ length: 2500 }, (_, id) => `{"id":${id}}`).join('\n')
    const sizes: number[] = []
    for await (const batch of readJsonLines(arrive(Buffer.from(lines)))) sizes.push(batch.rows.length)
    expect(sizes).toEqual([1000, 1000, 500])
  })

  test.each([
    ['no JSON', '{"a":1}\n\n{"a":}\n', 'corrupt-data', 1, 3],
    ['a cut line', '{"a":1}\n{"a":', 'corrupt-data', 1, 2],
    ['two objects on a line', '{"a":1} {"a":2}\n', 'corrupt-data', 0, 1],
    ['an array', '[{"a":1}]\n', 'corrupt-data', 0, 1],
    ['a number', '{"a":1}\n5', 'corrupt-data', 1, 2],
    ['a number that can not be held', '{"a":1}\n{"a":12345678901234567890}', 'invalid-argument', 1, 2],
    ['half a surrogate pair', '{"a":1}\n\n{"a":"\\ud800"}', 'invalid-argument', 1, 3],
    ['a prototype', '{"__proto__":1}', 'invalid-argument', 0, 1],
    ['a field without a name', '{"a":1}\n{"":1}', 'invalid-argument', 1, 2],
  ] as const)('%s fails with row and line', async (_name, source, code, row, line) => {
    const { error } = await read(readJsonLines, source)
    expect(error).toMatchObject({ code, details: { row, line } })
    expect(error?.message).toContain(`line ${line}`)
  })

  test('row numbers and lines go on through batches', async () => {
    const lines = Array.from({ length: 1500 }, () => '{"a":1}').join('\n\n')
    const { error, rows: given } = await read(readJsonLines, `${lines}\n{"a":"\\udc00"}`)
    expect(error).toMatchObject({ details: { row: 1500, line: 3000, column: 'a' } })
    expect(given).toHaveLength(1000)
  })

  test('long numbers stay text when asked for', async () => {
    const { rows: found } = await read(readJsonLines, '{"a":12345678901234567890,"b":1.5}', { inexactNumbers: 'text' })
    expect(found).toEqual([{ a: '12345678901234567890', b: 1.5 }])
  })

  test('bytes that are not UTF-8 fail after the rows before them', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')])
    const { rows: given, error } = await read(readJsonLines, bytes)
    expect(given).toEqual([{ a: 1 }])
    expect(error).toMatchObject({ code: 'corrupt-data', details: { row: 1, line: 2 }, message: /UTF-8/ })
  })

  test('a line without an end stops at the limit', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"a":1}\n{"a":"')
      for (;;) yield Buffer.alloc(65_536, 'x')
    }
    const given: RowBatch[] = []
    const reading = (async () => {
      for await (const batch of readJsonLines(endless(), { maxRecordLength: 200_000 })) given.push(batch)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'corrupt-data', details: { row: 1, line: 2 } })
    expect(given).toHaveLength(1)
  })
})

describe('a JSON document', () => {
  test('any array of objects is read, however it is laid out and cut', async () => {
    await fc.assert(
      fc.asyncProperty(rows, cuts, fc.constantFrom(undefined, 2, '\t', '\r\n'), async (input, at, space) => {
        const bytes = Buffer.from(` ${JSON.stringify(input, undefined, space)}\n`)
        expect(
          await read(
            readJson,
            bytes,
            {},
            at.map((each) => Math.min(each, bytes.length)),
          ),
        ).toEqual({ rows: input, error: undefined })
      }),
    )
  })

  test('every cut in two reads the same', async () => {
    const source = '\ufeff [\n {"a":"\\\\","b":"\\"]},[{"},{ "c" : [ [ ] , { } ] }\r\n,{}] \n'
    const whole = await read(readJson, source)
    expect(whole).toEqual({ rows: JSON.parse(source.slice(1)) as Row[], error: undefined })
    for (let at = 0; at <= Buffer.from(source).length; at++)
      expect(await read(readJson, source, {}, [at])).toEqual(whole)
  })

  test('any text is read exactly when JSON.parse finds an array of objects in it', async () => {
    const parts = fc.array(
      fc.constantFrom('[', ']', '{', '}', ',', '"a":1', '"a"', ':', '{}', ' ', '\n', '"]"', '"\\"'),
      { maxLength: 9 },
    )
    await fc.assert(
      fc.asyncProperty(parts, cuts, async (all, at) => {
        const source = all.join('')
        let expected: unknown
        try {
          expected = JSON.parse(source)
        } catch {
          expected = undefined
        }
        const isRows =
          Array.isArray(expected) &&
          expected.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))
        const found = await read(
          readJson,
          source,
          {},
          at.map((each) => Math.min(each, source.length)),
        )
        expect(found.error ? 'refused' : found.rows).toEqual(isRows ? expected : 'refused')
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['nothing', '', 0, 1, /array of objects/],
    ['an object', '{"a":1}', 0, 1, /array of objects/],
    ['JSON lines', '{"a":1}\n{"a":2}', 0, 1, /JSON lines/],
    ['a number in it', '[\n{"a":1},\n 5]', 1, 3, /no object: 5/],
    ['an array in it', '[[1]]', 0, 1, /no object/],
    ['a comma too many', '[\n{"a":1},\n]', 1, 3, /comma too many/],
    ['an array never closed', '[\n{"a":1},\n{"b":2', 1, 3, /too early/],
    ['something behind it', '[{"a":1}]\n,', 1, 1, /after the array/],
    ['wrong brackets', '[{"a":1},\n{"a":1]}', 1, 2, /is not JSON|too early/],
    ['a bad value', '[{"a":1},\n\n{"a":tru}]', 1, 3, /is not JSON/],
  ])('%s fails with row and line', async (_name, source, row, line, message) => {
    expect((await read(readJson, source)).error).toMatchObject({
      code: 'corrupt-data',
      details: { row, line },
      message,
    })
  })

  test('an empty array is no rows', async () => {
    expect(await read(readJson, ' [ \n ] ')).toEqual({ rows: [], error: undefined })
  })

  test('bytes that are not UTF-8 fail after the rows before them', async () => {
    const bytes = Buffer.concat([Buffer.from('[{"a":1},\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}]')])
    const { rows: given, error } = await read(readJson, bytes)
    expect(given).toEqual([{ a: 1 }])
    expect(error).toMatchObject({ code: 'corrupt-data', details: { row: 1, line: 2 }, message: /UTF-8/ })
  })

  test('a row without an end stops at the limit', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('[{"a":"')
      for (;;) yield Buffer.alloc(65_536, 'x')
    }
    const reading = readJson(endless(), { maxRecordLength: 200_000 }).next()
    await expect(reading).rejects.toMatchObject({ code: 'corrupt-data', details: { row: 0, line: 1 } })
  })
})
