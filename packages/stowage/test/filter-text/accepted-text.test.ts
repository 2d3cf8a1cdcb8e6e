import { StorageError } from '@stowage/core'
import { parseFilterText, parseProjectionText, parseSortText, parseUpdateText } from 'stowage/filter-text'
import { expect, test } from 'vitest'

test.each([
  ['{"age": {"$gt": 5}}', { age: { $gt: 5 } }],
  ['{age: {$gt: 5}}', { age: { $gt: 5 } }],
  ["{'address.city': 'Praha', \"name\": 'O\\'Neil'}", { 'address.city': 'Praha', name: "O'Neil" }],
  ['{a: 1, /* why */ b: [1, 2,], // that is all\n}', { a: 1, b: [1, 2] }],
  ['  ({a: -1.5, b: +2, c: 1e3, d: .5, e: -0})', { a: -1.5, b: 2, c: 1000, d: 0.5, e: 0 }],
  ['{a: true, b: false, c: null}', { a: true, b: false, c: null }],
  ['{a: /^b.c/, $or: [{b: {$regex: /x/}}, {b: RegExp("y")}, {b: new RegExp("z", "")}]}', patterns()],
  ['{a: {$in: []}, b: {$not: {$exists: true}}}', { a: { $in: [] }, b: { $not: { $exists: true } } }],
  ['{}', {}],
  ['{a: 1} // one', { a: 1 }],
  ['\ufeff{"a": 1}', { a: 1 }],
  ['{\\u0061: "\\u{1f600}"}', { a: '😀' }],
])('%s is read', async (text, filter) => {
  expect(await parseFilterText(text)).toEqual(filter)
})

function patterns(): object {
  return { a: { $regex: '^b.c' }, $or: [{ b: { $regex: 'x' } }, { b: { $regex: 'y' } }, { b: { $regex: 'z' } }] }
}

test.each([
  ['ISODate("2026-01-02")', '2026-01-02T00:00:00.000Z'],
  ['ISODate("2026-01-02T03:04")', '2026-01-02T03:04:00.000Z'],
  ['ISODate("2026-01-02 03:04:05.6+01:30")', '2026-01-02T01:34:05.600Z'],
  ['new ISODate("2024-02-29T23:59:59.999Z")', '2024-02-29T23:59:59.999Z'],
  ['new Date("2026-01-02")', '2026-01-02T00:00:00.000Z'],
  ['new Date("2026-01-02T03:04:05-05:00")', '2026-01-02T08:04:05.000Z'],
  ['new Date("0050-01-02")', '0050-01-02T00:00:00.000Z'],
  ['new Date(-1)', '1969-12-31T23:59:59.999Z'],
  ['ObjectId("507F1f77bcf86cd799439011")', '507f1f77bcf86cd799439011'],
  ['new ObjectID("507f1f77bcf86cd799439011")', '507f1f77bcf86cd799439011'],
  ['UUID("00112233-4455-6677-8899-AABBCCDDEEFF")', '00112233-4455-6677-8899-aabbccddeeff'],
  ['UUID("00112233445566778899aabbccddeeff")', '00112233-4455-6677-8899-aabbccddeeff'],
  ['NumberInt(5)', 5],
  ['NumberInt("-7")', -7],
  ['NumberLong("9007199254740991")', 9007199254740991],
  ['NumberLong("-9007199254740991")', -9007199254740991],
  ['NumberLong(-12)', -12],
  ['NumberLong("+5")', 5],
])('%s becomes %j', async (text, value) => {
  expect(await parseFilterText(`{a: ${text}, b: {$in: [${text}]}}`)).toEqual({ a: value, b: { $in: [value] } })
})

test('an object that looks like a BSON value to the parser stays an object', async () => {
  const text = `{a: {_bsontype: "ObjectId", toHexString: "x"}}`
  expect(await parseFilterText(text)).toEqual({ a: { _bsontype: 'ObjectId', toHexString: 'x' } })
})

test('a sort keeps the order of its keys, which a list keeps even for integers', async () => {
  expect(await parseSortText('{b: 1, a: -1}')).toEqual([
    ['b', 1],
    ['a', -1],
  ])
  expect(await parseSortText('[["b", 1], ["2024", -1]]')).toEqual([
    ['b', 1],
    ['2024', -1],
  ])
  expect(await parseSortText('{}')).toEqual([])
  await expect(parseSortText('{b: 1, "2024": -1}')).rejects.toThrow(/list form/)
})

test('an update is read as the shell writes it, and checked', async () => {
  const read = await parseUpdateText("{$set: {'a.b': 1, at: ISODate('2026-01-01')}, $inc: {n: -2}}")
  expect(read).toEqual({ $set: { 'a.b': 1, at: new Date('2026-01-01') }, $inc: { n: -2 } })
  await expect(parseUpdateText('{a: 1}')).rejects.toThrow(/\$set/)
  await expect(parseUpdateText('')).rejects.toThrow('write what changes')
})

test('a projection becomes the list of what it keeps, or an object of what it leaves out', async () => {
  expect(await parseProjectionText('{a: 1, b: {c: true}}')).toEqual(['_id', 'a', 'b.c'])
  expect(await parseProjectionText('{_id: 0, a: 1}')).toEqual(['a'])
  expect(await parseProjectionText('{"a.b": 0, c: false}')).toEqual({ 'a.b': 0, c: 0 })
  expect(await parseProjectionText("['a', 'b.c',]")).toEqual(['a', 'b.c'])
  expect(await parseProjectionText('{}')).toEqual({})
})

test.each([
  [parseFilterText, '[{"a": 1}]'],
  [parseFilterText, '[{a: 1}]'],
  [parseFilterText, '5'],
  [parseFilterText, 'null'],
  [parseSortText, '"a"'],
  [parseSortText, "'a'"],
  [parseProjectionText, 'true'],
])('what is neither an object nor a list where one may stand is refused: %o %s', async (parse, text) => {
  await expect(parse(text)).rejects.toThrow(/must be one object/)
})

test.each([
  [parseFilterText, /empty: \{\} finds every row/],
  [parseSortText, /empty: leave it out/],
  [parseProjectionText, /empty: \{\} keeps all/],
])('empty text is a mistake', async (parse, message) => {
  for (const text of ['', ' \n']) await expect(parse(text)).rejects.toThrow(message)
})

test('what is not text at all is the caller’s mistake', async () => {
  const failure = await parseFilterText({ a: 1 } as unknown as string).catch((error: unknown) => error)
  expect(StorageError.is(failure, 'invalid-argument')).toBe(true)
})
