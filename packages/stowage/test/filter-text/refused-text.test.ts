import { readFile } from 'node:fs/promises'
import { StorageError } from '@stowage/core'
import { parseFilterText, parseProjectionText, parseSortText } from 'stowage/filter-text'
import { expect, test } from 'vitest'

async function refusal(
  text: string,
  parse: (text: string) => Promise<unknown> = parseFilterText,
): Promise<StorageError> {
  const error = await parse(text).then(
    (value) => expect.fail(`was read as ${JSON.stringify(value)}`),
    (failure: unknown) => failure,
  )
  if (!StorageError.is(error, 'invalid-argument')) throw error
  return error
}

// The first one is read as {a: [1, 2]} by the parser in its usual mode: methods of anything can be called then, and from
// there any code. The second one keeps even its strict mode busy for half a minute.
const hostile = [
  '{a: [1].concat([2])}',
  '{a: BinData(0, {length: 500000000})}',
  '{a: new BinData(0, "AAAA")}',
  '{a: "x".constructor}',
  '{a: "x".repeat(9)}',
  '{a: ISODate("2026-01-01").getTime()}',
  '{a: Math.max(1, 2)}',
  '{a: process}',
  '{a: process.exit()}',
  '{a: globalThis}',
  '{a: this}',
  '{a: require("fs")}',
  '{a: import("fs")}',
  '{a: eval("1")}',
  '{a: Function("return 1")()}',
  '{a: new Function("return 1")}',
  '{a: (() => 1)()}',
  '{a: () => 1}',
  '{a: function () { return 1 }}',
  '{a: class {}}',
  '{a() { return 1 }}',
  '{get a() { return 1 }}',
  '{set a(x) {}}',
  '{*a() {}}',
  '{["a"]: 1}',
  '{[{toString: 1}]: 1}',
  '{a}',
  '{...{a: 1}}',
  '{a: [...[1]]}',
  '{a: ObjectId(...["507f1f77bcf86cd799439011"])}',
  '{a: `x`}',
  '{a: `${1}`}',
  '{a: String.raw`x`}',
  '{a: 1 + 2}',
  '{a: 1 in [1]}',
  '{a: "x" + "y"}',
  '{a: true ? 1 : 2}',
  '{a: 1 || 2}',
  '{a: !1}',
  '{a: ~1}',
  '{a: -"1"}',
  '{a: - -1}',
  '{a: typeof 1}',
  '{a: void 0}',
  '{a: delete b}',
  '{a: b = 1}',
  '{a: b++}',
  '{a: (1, 2)}',
  '{a: new.target}',
  '{a: undefined}',
  '{a: NaN}',
  '{a: -Infinity}',
  '{a: [1, , 2]}',
  '{a: [,]}',
  '{"__proto__": {"a": 1}}',
  '{"\\u005f_proto__": {"a": 1}}',
  '{__proto__: null}',
  "{'__proto__': {a: 1}}",
  '{\\u005f_proto__: 1}',
  '{a: {b: {__proto__: 1}}}',
  '{a: 1, a: 2}',
  '{"a": 1, "a": 2}',
  '{"a": {"b": 1, "\\u0062": 2}}',
  '{a: {$gt: 1, $gt: 2}}',
  '{1: 2}',
  '{0x1: 2}',
  '{a: 0x10}',
  '{a: 0b1}',
  '{a: 010}',
  '{a: 1n}',
  '{a: 1_000}',
  '{a: 9007199254740993}',
  '{"a": 9007199254740993}',
  '{a: -9007199254740993}',
  '{"a": [1e400]}',
  '{a: 1e400}',
  '{a: 0.1000000000000000055511151231257827}',
  '{$where: "true"}',
  '{$where: function () { return true }}',
  '{$expr: {$gt: ["$a", 1]}}',
  '{a: {"$oid": "507f1f77bcf86cd799439011"}}',
  '{a: {$eq: {$date: "2026-01-01"}}}',
  '{a: 1}, {b: 2}',
  '{a: 1}; {b: 2}',
  '{a: 1}) + ({b: 2}',
  '{a: 1}) => ({',
  '{a: 1}) //',
  '{a: 1',
  '{a: 1}}',
  '{a.b: 1}',
  '{a: "unfinished}',
  '{a: "\ud800"}',
  '<!-- {a: 1}',
  'var a = 1',
  'return {a: 1}',
  'db.customers.find({a: 1})',
]

test.each(hostile)('%s is refused', async (text) => {
  const { message } = await refusal(text)
  expect(message).toMatch(/: /)
  await refusal(text, parseSortText)
  await refusal(text, parseProjectionText)
})

test.each([
  'ObjectId()',
  'ObjectId(5)',
  'ObjectId("507f1f77bcf8")',
  'ObjectId("zz7f1f77bcf86cd799439011")',
  'ObjectId({length: 12})',
  'UUID()',
  'UUID("00112233")',
  'UUID("zz112233-4455-6677-8899-aabbccddeeff")',
  'UUID("0011223344556677-8899-aabbccddeeff")',
  'ISODate()',
  'ISODate(0)',
  'ISODate("nope")',
  'ISODate("2026-02-30")',
  'ISODate("2026-13-01")',
  'ISODate("2026-01-01T24:00:00Z")',
  'ISODate("2026-01-01T00:00:00.1234Z")',
  'ISODate("2026-01-01T00:00:00+25:00")',
  'ISODate("0000-01-01T00:00:00+01:00")',
  'ISODate("9999-12-31T23:59:59-01:00")',
  'new Date()',
  'new Date("2026-01-01T00:00")',
  'new Date("1 January 2026")',
  'new Date(2026, 1)',
  'new Date(1.5)',
  'new Date(8640000000000000)',
  'Date("2026-01-01")',
  'NumberInt(2147483648)',
  'NumberInt(1.5)',
  'NumberInt("x")',
  'NumberInt("")',
  'NumberLong("9007199254740992")',
  'NumberLong("12abc")',
  'NumberLong(1.00000000000000000001)',
  'NumberInt(010)',
  'new Date(0x10)',
  'NumberLong(1, 2)',
  'NumberDecimal("1.5")',
  'Long(1, 2)',
  'Timestamp(1, 2)',
  'MinKey()',
  'Code("1")',
  'DBRef("a", "b")',
  'Map([[1, 2]])',
  'Symbol("a")',
  'RegExp()',
  'RegExp(5)',
  'RegExp("a", "i")',
  'RegExp("(")',
  'RegExp("(?=a)")',
  'RegExp("a".repeat(9))',
  'constructor("x")',
  '__proto__("x")',
  'toString("x")',
  '/a/i',
  '/a/gimuy',
  '/(?<name>a)/',
  '/(?=a)/',
  '/\\1(a)/',
  '{b: /a/}',
  '{$in: [/a/]}',
  '{$ne: /a/}',
  '{$options: "i", $regex: "a"}',
])('the value %s is refused', async (value) => {
  expect((await refusal(`{a: ${value}}`)).message).toMatch(/: /)
})

test.each([
  ['{\n  a: 1,\n  b: process,\n}', 3, 6, '{ a: 1, b: process, }', '"process" is not known here: text stands in quotes'],
  ['{"a": 1,\r\n "a": 2}', 2, 2, '{"a": 1, "a": 2}', 'the key "a" is written twice in one object: join'],
  [
    '{a: [1, 9007199254740993]}',
    1,
    9,
    undefined,
    "9007199254740993 can't be held exactly by a 64-bit float: write it in",
  ],
  ['{"a": [1, 9007199254740993]}', 1, 11, undefined, "9007199254740993 can't be held exactly"],
  ['{a: 1, b: {$foo: 2}}', 1, 12, undefined, 'unknown operator "$foo"; use $eq'],
  ['{"a": 1, "b": {"$oid": "x"}}', 1, 16, undefined, 'extended JSON is not understood; write the plain text'],
  ['{a: {$regex: "("}}', 1, 14, undefined, 'has a ( without )'],
  ['{"a": {"$regex": "("}}', 1, 18, undefined, 'has a ( without )'],
  ['{a: /(?:b){256}/}', 1, 5, undefined, 'the pattern'],
  ['{a: {$in: 5}, b: 1}', 1, 2, undefined, 'takes a list'],
  ['{a: NumberLong("9007199254740993")}', 1, 5, undefined, 'NumberLong takes a whole number'],
  ['{a.b: 1}', 1, 3, undefined, 'keys with a dot, a dash or a space need quotes'],
  ['{a: Infinity}', 1, 5, undefined, 'leave that bound out'],
  ['{a: new Date()}', 1, 5, undefined, 'nothing is made up here'],
])('%j is refused at line %i, column %i', async (text, line, column, excerpt, message) => {
  const error = await refusal(text)
  expect(error.message).toContain(`filter text, line ${line}, column ${column} (near `)
  expect(error.message).toContain(message)
  expect(error.details).toMatchObject({ line, column, ...(excerpt === undefined ? {} : { excerpt }) })
})

test('the error of the guide page reads as shown there', async () => {
  const { message } = await refusal('{a: 9007199254740993}')
  const page = await readFile(new URL('../../../../docs/filters.md', import.meta.url), 'utf8')
  expect(page).toContain(`\n${message}\n`)
})

test('what is wrong twice is placed at the entry around it', async () => {
  const error = await refusal('{b: 1, $or: [{a: {$foo: 1}}, {a: {$foo: 1}}]}')
  expect(error.message).toContain('filter text, line 1, column 8 (near ')
})

test('no place is better than the wrong one', async () => {
  const error = await refusal('[["a", 1], ["a", 1]]', parseSortText)
  expect(error.message).toMatch(/^sort: "a" is named twice/)
  expect(error.details).not.toHaveProperty('line')
})

test('an error moves no cursor of a terminal', async () => {
  for (const text of ['{a: \u001b[2J}', '{a: "\u001b[2J\u0007", b}', '{"a": "\u009b2J", b}']) {
    const { message, details } = await refusal(text)
    expect(message + String(details['excerpt'])).not.toMatch(/\p{Cc}/u)
  }
})

test('a long text is shown in part', async () => {
  const error = await refusal(`{a: ["${'x'.repeat(500)}", process, "${'y'.repeat(500)}"]}`)
  expect(error.details['excerpt']).toMatch(/^…x+", process, "y+…$/)
  expect(error.message.length).toBeLessThan(200)
})
