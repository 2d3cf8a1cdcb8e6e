import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldTree } from './php-fields.ts'
import { type FormFile, queryFields, readFields, RequestFields } from './request-fields.ts'

const { signal } = new AbortController()

/** Gives what a server gets: headers, and a body in chunks. */
function message(type: string | undefined, body: string | Uint8Array, chunkBytes = 7): IncomingMessage {
  const bytes = Buffer.from(body)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, at) =>
    bytes.subarray(at * chunkBytes, (at + 1) * chunkBytes),
  )
  const headers = type === undefined ? {} : { 'content-type': type }
  return Object.assign(Readable.from(chunks, { objectMode: false }), { headers }) as unknown as IncomingMessage
}

function read(type: string | undefined, body: string | Uint8Array, query = ''): Promise<RequestFields> {
  return readFields(message(type, body), query, { signal })
}

const form = 'application/x-www-form-urlencoded'

describe('the body of a request', () => {
  it('is a form or JSON, whatever the charset says, and counts more than the query', async () => {
    expect((await read(form, 'a=1&b=2', 'a=0&c=3')).names).toEqual(['a', 'c', 'b'])
    expect((await read(`${form}; charset=UTF-8`, 'a=1', 'a=0')).text('a')).toBe('1')
    expect((await read('application/json; charset=utf-8', '{"a":"ž"}')).text('a')).toBe('ž')
    expect((await read('Application/JSON', '{"a":null}', 'a=0')).has('a')).toBe(false)
  })

  it('may be empty, whatever its type says, and an empty list is an empty object', async () => {
    for (const type of [undefined, 'text/csv', 'application/json', form]) {
      expect((await read(type, '', 'a=1')).text('a')).toBe('1')
    }
    expect((await read('application/json', '[]')).names).toEqual([])
  })

  it.each([
    ['application/json', '{'],
    ['application/json', '[1]'],
    ['application/json', '"a"'],
    ['application/json', Buffer.from([0x22, 0xff, 0x22])],
    [form, 'a=%ff'],
    [form, Buffer.from([0x61, 0x3d, 0xff])],
    ['text/csv', 'a,b'],
    [undefined, 'a=1'],
    ['multipart/form-data; boundary=b', 'no boundary at all'],
    ['multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nopen'],
  ])('of type %s that is malformed is refused', async (type, body) => {
    await expect(read(type, body)).rejects.toMatchObject({ status: 400, code: 'malformedRequest' })
  })

  it('beyond 32 MiB is refused', async () => {
    const large = message(form, Buffer.alloc(33 * 1024 * 1024, 'a'), 1024 * 1024)
    await expect(readFields(large, '', { signal })).rejects.toMatchObject({ status: 413, code: 'requestTooLarge' })
  })

  it('hands on files of a multipart form while they arrive', async () => {
    const parts = [
      '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\norders',
      '--b\r\nContent-Disposition: form-data; name="data"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nid\n1\n',
      '--b\r\nContent-Disposition: form-data; name="tags[]"\r\n\r\nx',
      '--b--\r\n',
    ].join('\r\n')
    const taken: string[] = []
    const takeFile = async ({ field, filename, body }: FormFile): Promise<string> => {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      taken.push(field, filename, Buffer.concat(chunks).toString())
      return 'file 7'
    }
    const type = 'multipart/form-data; boundary=b'
    const fields = await readFields(message(type, parts), '', { signal, takeFile })
    expect(taken).toEqual(['data', 'a.csv', 'id\n1\n'])
    expect([fields.text('name'), fields.text('data'), fields.texts('tags')]).toEqual(['orders', 'file 7', ['x']])
    await expect(read(type, parts)).rejects.toMatchObject({ status: 400, code: 'malformedRequest' })
  })
})

it('a multipart form may have many parts', async () => {
  const parts = Array.from(
    { length: 100 },
    (_, at) => `--b\r\nContent-Disposition: form-data; name="c[]"\r\n\r\n${at}\r\n`,
  )
  const fields = await read('multipart/form-data; boundary=b', `${parts.join('')}--b--\r\n`)
  expect(fields.texts('c')).toHaveLength(100)
})

describe('fields', () => {
  const fields = (tree: FieldTree): RequestFields => new RequestFields(tree, 'some.code')

  it('that are booleans may be written in all documented ways', () => {
    const anyCase = (word: string): fc.Arbitrary<string> =>
      fc.mixedCase(fc.constant(word), { toggleCase: (letter) => letter.toUpperCase() })
    const trues = fc.oneof(...['1', 'true', 'yes', 'on'].map(anyCase), fc.constant(true), fc.constant(1))
    const falses = fc.oneof(...['0', 'false', 'no', 'off', ''].map(anyCase), fc.constant(false), fc.constant(0))
    fc.assert(fc.property(trues, (value) => fields({ a: value }).flag('a') === true))
    fc.assert(fc.property(falses, (value) => fields({ a: value }).flag('a') === false))
    expect(fields({ a: null }).flag('a')).toBeUndefined()
    for (const wrong of ['2', 'ja', 'constructor', [], {}]) {
      expect(() => fields({ a: wrong }).flag('a')).toThrow('"a" must be')
    }
  })

  it('that are numbers are whole ones, and empty ones are left out', () => {
    expect([fields({ a: '7' }).count('a'), fields({ a: 7 }).count('a'), fields({ a: '' }).count('a')]).toEqual([
      7,
      7,
      undefined,
    ])
    for (const wrong of ['-1', '1.5', '1e3', 'x', 1e21, [1]]) {
      expect(() => fields({ a: wrong }).count('a')).toThrow('"a" must be')
    }
  })

  it('that are lists are never made of a text', () => {
    expect(fields({ a: ['x', 1, true] }).texts('a')).toEqual(['x', '1', '1'])
    expect(fields({ a: {} }).list('a')).toEqual([])
    expect(queryFields('a[]=x&a[]=y').texts('a')).toEqual(['x', 'y'])
    for (const wrong of ['x', 1, { b: 1 }]) expect(() => fields({ a: wrong }).list('a')).toThrow('must be an array')
    for (const wrong of [[null], [[]], [{}]]) expect(() => fields({ a: wrong }).texts('a')).toThrow('array of strings')
    for (const wrong of [['x'], [null], [[1]]]) expect(() => fields({ a: wrong }).objects('a')).toThrow('of objects')
  })

  it('that are texts between commas lose blanks and empty ones', () => {
    expect(fields({ a: 'id, date,,' }).commaSeparated('a')).toEqual(['id', 'date'])
    expect(fields({ a: '' }).commaSeparated('a')).toEqual([])
    expect(() => fields({ a: ['id'] }).commaSeparated('a')).toThrow('must be a string')
  })

  it('are refused with the code of the endpoint, also those within others', () => {
    const inner = fields({ a: { b: [] } })
      .refusing('other.code')
      .object('a')
    expect(() => inner?.requiredText('b')).toThrow(expect.objectContaining({ status: 400, code: 'other.code' }))
    expect(() => fields({}).requiredText('x')).toThrow(expect.objectContaining({ code: 'some.code' }))
  })

  it('of the prototype are none', () => {
    for (const name of ['constructor', 'toString', '__proto__']) expect(fields({}).has(name)).toBe(false)
    const { names } = queryFields('__proto__=1')
    expect(names).toEqual(['__proto__'])
  })
})
