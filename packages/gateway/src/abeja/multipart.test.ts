import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MultipartReader, readBoundary } from './multipart.ts'

interface Part {
  readonly name: string
  readonly filename: string
  readonly content: Uint8Array
}

// oxlint-disable-next-line typescript/require-await -- what is read is asynchronous
async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer, void, undefined> {
  let start = 0
  for (const cut of [...cuts.map((one) => one % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)) {
    yield bytes.subarray(start, cut)
    start = cut
  }
}

function encode(parts: readonly Part[], boundary: string): Buffer {
  const pieces = parts.flatMap(({ name, filename, content }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${escape(filename)}"\r\n`),
    Buffer.from('Content-Type: a/b\r\n\r\n'),
    content,
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

function escape(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

async function decode(source: AsyncIterable<Buffer>, boundary: string): Promise<Part[]> {
  const reader = new MultipartReader(source, boundary)
  const parts: Part[] = []
  for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
    const content: Buffer[] = []
    for await (const chunk of part.body) content.push(chunk)
    parts.push({ name: part.name, filename: part.filename ?? '', content: Buffer.concat(content) })
  }
  await reader.drain()
  return parts
}

// Content that nearly is a boundary finds what random bytes don't.
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.constantFrom('\r', '\n', '\r\n', '--', '\r\n--', '\r\n--b', '\r\n--b\r', 'b7', 'x'), { maxLength: 40 })
    .map((pieces) => Buffer.from(pieces.join(''))),
)

describe('reading form data', () => {
  test('gives back what was written, wherever the chunks are cut', async () => {
    const part = fc.record({
      name: fc.constantFrom('file', 'parameters', 'x'),
      filename: fc
        .string({ unit: 'grapheme', maxLength: 20 })
        .filter((text) => text.isWellFormed() && !/%(22|0D|0A)/i.test(text)),
      content,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 4 }),
        fc.array(fc.nat(2000), { maxLength: 20 }),
        async (parts, cuts) => {
          fc.pre(parts.every((one) => !Buffer.from(one.content).includes('\r\n--b7q')))
          const read = await decode(chunksOf(encode(parts, 'b7q'), cuts), 'b7q')
          expect(read).toEqual(parts.map((one) => ({ ...one, content: Buffer.from(one.content) })))
        },
      ),
    )
  })

  test('every byte may come alone', async () => {
    const parts = [{ name: 'file', filename: 'dir/日本 "q"\r\n; name=x', content: Buffer.from('\r\n--b7\r\n--b') }]
    const body = encode(parts, 'b7q')
    expect(await decode(chunksOf(body, [...body.keys()]), 'b7q')).toEqual(parts)
  })

  test('holds no more than the chunk it got', async () => {
    const chunk = Buffer.alloc(64 * 1024, '\r\n--b')
    let taken = 0
    // oxlint-disable-next-line typescript/require-await -- what is read is asynchronous
    async function* endless(): AsyncGenerator<Buffer, void, undefined> {
      yield Buffer.from('--b7\r\nContent-Disposition: form-data; name="file"\r\n\r\n')
      for (;;) {
        taken += 1
        yield chunk
      }
    }
    const part = await new MultipartReader(endless(), 'b7').next()
    let read = 0
    for await (const bytes of part?.body ?? []) {
      expect(bytes.length).toBeLessThanOrEqual(chunk.length + 10)
      if ((read += bytes.length) > 50 * chunk.length) break
    }
    expect(taken).toBeLessThan(53)
  })

  test.each([
    ['nothing', ''],
    ['no boundary', 'hello'],
    ['a boundary alone', '--b7'],
    ['no end of the headers', '--b7\r\nContent-Disposition: form-data; name="a"\r\n'],
    ['no boundary at the end', '--b7\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'],
    ['something behind a boundary', '--b7x\r\n\r\n--b7--'],
    ['a part that is no form data', '--b7\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b7--'],
    ['a part without headers', '--b7\r\n\r\nx\r\n--b7--'],
    ['a header without a name', '--b7\r\n: x\r\n\r\nx\r\n--b7--'],
    ['headers without end', `--b7\r\nA: ${'x'.repeat(20_000)}\r\n\r\nx\r\n--b7--`],
    ['parts without end', `${'--b7\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(17)}--b7--`],
  ])('refuses %s', async (_, body) => {
    await expect(decode(chunksOf(Buffer.from(body), [5]), 'b7')).rejects.toMatchObject({ status: 400 })
  })

  test('takes a replacement character for a character, and refuses what is not UTF-8', async () => {
    const named = (name: Buffer): AsyncIterable<Buffer> => {
      const head = Buffer.from('--b7\r\nContent-Disposition: form-data; name="a"; filename="')
      return chunksOf(Buffer.concat([head, name, Buffer.from('"\r\n\r\nx\r\n--b7--')]), [])
    }
    expect(await decode(named(Buffer.from('\u{fffd}')), 'b7')).toMatchObject([{ filename: '\u{fffd}' }])
    await expect(decode(named(Buffer.from('caf\u{e9}', 'latin1')), 'b7')).rejects.toMatchObject({ status: 400 })
  })

  test('takes a preamble, blanks behind a boundary, an epilogue, and names without quotes', async () => {
    const body = 'hello\r\n--b7  \r\ncontent-disposition: FORM-DATA; NAME=a\r\n\r\nx\r\n--b7--\r\nbye --b7'
    expect(await decode(chunksOf(Buffer.from(body), []), 'b7')).toEqual([
      { name: 'a', filename: '', content: Buffer.from('x') },
    ])
  })
})

test.each([
  ['multipart/form-data; boundary=b7', 'b7'],
  ['Multipart/Form-Data;boundary="a b"', 'a b'],
  ['multipart/form-data; charset=utf-8; boundary=b7; x=y', 'b7'],
  ['multipart/form-data', undefined],
  ['multipart/form-data; boundary=', undefined],
  ['multipart/mixed; boundary=b7', undefined],
  [undefined, undefined],
])('the boundary of %s is %s', (type, boundary) => {
  expect(readBoundary(type)).toBe(boundary)
})
