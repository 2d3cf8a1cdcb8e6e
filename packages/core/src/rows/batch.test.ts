import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StorageError } from '../errors/storage-error.ts'
import { batchToRows } from './batch-rows.ts'
import { concatBatches, maxBatchColumns, rowsToBatches, splitBatches, toBatch, withColumns } from './batch.ts'
import type { Row, RowBatch, RowInput } from './row.ts'

const rows = fc.array(
  fc.dictionary(
    fc.constantFrom('a', 'b', 'c', '1', 'constructor', 'toString'),
    fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
  ),
) as fc.Arbitrary<Row[]>

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

async function* arrive<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}

function failure(run: () => unknown): StorageError {
  try {
    run()
  } catch (error) {
    if (StorageError.is(error, 'invalid-argument')) return error
    throw error
  }
  throw new Error('did not fail')
}

describe('toBatch and batchToRows', () => {
  test('rows survive the way into a batch and back', () => {
    fc.assert(
      fc.property(rows, (input) => {
        expect(batchToRows(toBatch(input))).toEqual(input)
      }),
    )
  })

  test('every row is as long as the columns, which are all fields in order of appearance', () => {
    const batch = toBatch([{ b: 1 }, { a: null, b: 2 }, {}])
    expect(batch).toEqual({
      columns: ['b', 'a'],
      rows: [
        [1, undefined],
        [2, null],
        [undefined, undefined],
      ],
    })
    expect(batch.rows.map((row) => row.length)).toEqual([2, 2, 2])
  })

  test('dates are lowered', () => {
    expect(toBatch([{ at: new Date(0), in: { at: new Date(1) } }]).rows).toEqual([
      ['1970-01-01T00:00:00.000Z', { at: '1970-01-01T00:00:00.001Z' }],
    ])
  })

  test('a bad value names its row, counted from firstRow, and its column', () => {
    const error = failure(() => toBatch([{ a: 1 }, { a: { b: Number.NaN } }] as RowInput[], 40))
    expect(error.message).toMatch(/^rows\[41\]\.a\.b is NaN/)
    expect(error.details).toMatchObject({ row: 41, column: 'a' })
    expect(failure(() => toBatch([{ a: 1 }, { a: undefined }] as unknown as RowInput[])).details).toMatchObject({
      row: 1,
    })
  })

  test.each([
    ['null', null],
    ['an array', [1]],
    ['text', 'a'],
    ['a class instance', new (class A {})()],
    ['a Map', new Map()],
    ['a symbol key', { [Symbol('a')]: 1 }],
    ['an empty name', { '': 1 }],
    ['__proto__', JSON.parse('{"__proto__": 1}')],
    ['half a surrogate pair in a name', { '\uD800': 1 }],
  ])('a row that is or has %s is refused', (_name, row) => {
    expect(failure(() => toBatch([{ a: 1 }, row as RowInput])).details).toMatchObject({ row: 1 })
  })

  test('a batch with more distinct fields than it can hold is refused', () => {
    const wide = Array.from({ length: 11 }, (_, row) =>
      Object.fromEntries(Array.from({ length: maxBatchColumns / 10 }, (_unused, field) => [`f${row}_${field}`, 1])),
    )
    expect(failure(() => toBatch(wide)).message).toContain('one object field')
  })

  test('column names are data, never code', () => {
    const names = ['a"b', "a'); throw 1; ('", '${1}', '`', '\u2028', '\\', 'a\nb', '*/', 'cells', 'return']
    const batch = { columns: names, rows: [names.map((_, index) => index)] }
    expect(batchToRows(batch)).toEqual([Object.fromEntries(names.map((name, index) => [name, index]))])
  })

  test('a column named __proto__ is refused', () => {
    expect(failure(() => batchToRows({ columns: ['__proto__'], rows: [[{ x: 1 }]] })).message).toContain('rename')
  })

  test('very wide batches and batches without columns become rows too', () => {
    const columns = Array.from({ length: 600 }, (_, index) => `c${index}`)
    const [row] = batchToRows({ columns, rows: [columns.map((_, index) => (index === 5 ? undefined : index))] })
    expect(Object.keys(row ?? {})).toHaveLength(599)
    expect(batchToRows({ columns: [], rows: [[], []] })).toEqual([{}, {}])
  })

  test('rows are made where code from text is forbidden', () => {
    const script = `import { batchToRows } from ${JSON.stringify(new URL('./batch-rows.ts', import.meta.url).href)}
      console.log(JSON.stringify(batchToRows({ columns: ['a', 'b'], rows: [[1, undefined], [2, 3]] })))`
    const { stdout } = spawnSync(
      process.execPath,
      ['--disallow-code-generation-from-strings', '--no-warnings', '--input-type=module', '--eval', script],
      { encoding: 'utf8' },
    )
    expect(stdout.trim()).toBe('[{"a":1},{"a":2,"b":3}]')
  })
})

describe('concatBatches and withColumns', () => {
  test('columns are united and lacking cells undefined', () => {
    const joined = concatBatches([toBatch([{ a: 1 }]), toBatch([{ b: 2, a: 3 }])])
    expect(joined).toEqual({
      columns: ['a', 'b'],
      rows: [
        [1, undefined],
        [3, 2],
      ],
    })
    expect(concatBatches([])).toEqual({ columns: [], rows: [] })
  })

  test('withColumns orders, drops and fills', () => {
    expect(withColumns(toBatch([{ a: 1, b: 2 }]), ['c', 'b'])).toEqual({ columns: ['c', 'b'], rows: [[undefined, 2]] })
    const batch = toBatch([{ a: 1 }])
    expect(withColumns(batch, ['a'])).toBe(batch)
  })
})

describe('splitBatches and rowsToBatches', () => {
  test('any cut gives the same rows in full batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows), fc.integer({ min: 1, max: 7 }), async (groups, size) => {
        const cut = await collect(splitBatches(arrive(groups.map((group) => toBatch(group))), size))
        expect(cut.flatMap(batchToRows)).toEqual(groups.flat())
        expect(cut.slice(0, -1).every((batch) => batch.rows.length === size)).toBe(true)
        expect(cut.every((batch) => batch.rows.length > 0 && batch.rows.length <= size)).toBe(true)
      }),
    )
  })

  test('a batch of the right size passes as it is', async () => {
    const batch: RowBatch = toBatch([{ a: 1 }, { a: 2 }])
    const [same] = await collect(splitBatches(arrive([batch]), 2))
    expect(same).toBe(batch)
  })

  test.each([
    ['an array', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['arrays of rows', [[{ a: 1 }], [{ a: 2 }, { a: 3 }], []]],
    ['an async iterable', arrive([{ a: 1 }, [{ a: 2 }], { a: 3 }])],
  ])('%s becomes batches', async (_name, source) => {
    const batches = await collect(rowsToBatches(source as Iterable<RowInput>, 2))
    expect(batches.map((batch) => batch.rows)).toEqual([[[1], [2]], [[3]]])
  })

  test('row numbers in errors count through the whole input', async () => {
    const input = [{ a: 1 }, { a: 1 }, { a: 1 }, { a: Number.NaN }]
    await expect(collect(rowsToBatches(input, 2))).rejects.toMatchObject({ details: { row: 3, column: 'a' } })
  })

  test('a single row or text instead of rows is refused', async () => {
    for (const wrong of [{ a: 1 }, 'abc', null, undefined]) {
      await expect(collect(rowsToBatches(wrong as unknown as RowInput[]))).rejects.toMatchObject({
        code: 'invalid-argument',
      })
    }
  })

  test('ending early ends the source', async () => {
    let ended = false
    async function* source(): AsyncGenerator<RowInput> {
      try {
        for (let a = 0; ; a++) yield { a }
      } finally {
        ended = true
      }
    }
    for await (const batch of rowsToBatches(source(), 2)) {
      expect(batch.rows).toEqual([[0], [1]])
      break
    }
    expect(ended).toBe(true)
  })
})
