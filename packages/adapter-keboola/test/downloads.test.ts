import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { readAll } from '@stowage/core/driver'
import { describe, expect, test } from 'vitest'
import type { KeboolaContent } from '../src/file-download.ts'
import { readable, type StackAnswer, type StackRequest, startStack } from './stack-fixture.ts'
import { failureOf, token } from './wire-fixture.ts'

type Provider = Parameters<typeof readable>[0]

/** Answers `files/555`; what goes to file hosts is the test's. */
function stackOf(provider: Provider, isSliced: boolean, fileHost: (request: StackRequest) => StackAnswer) {
  return startStack((request, url) => {
    if (request.line.startsWith('GET /v2/storage/files/555')) return [200, readable(provider, url, isSliced)]
    return fileHost(request)
  })
}

async function textOf({ body }: Pick<KeboolaContent, 'body'>): Promise<string> {
  return String(Buffer.from(await readAll(body)))
}

describe('a plain file', () => {
  test('comes from its signed URL, without the token', async () => {
    const { client, toFileHosts } = await stackOf('aws', false, () => [
      200,
      'hello',
      { etag: '"e1"', 'content-type': 'text/csv' },
    ])
    const content = await client.files.read('555')
    expect(content).toMatchObject({ sizeBytes: 5, totalBytes: 5, etag: 'e1', contentType: 'text/csv' })
    expect(await textOf(content)).toBe('hello')
    expect(toFileHosts().map(({ line }) => line)).toEqual(['GET /signed/555?sig=x'])
    expect(JSON.stringify(toFileHosts())).not.toContain(token)
  })

  test('comes in ranges', async () => {
    const { client, toFileHosts } = await stackOf('aws', false, () => [206, 'ell', { 'content-range': 'bytes 1-3/5' }])
    const content = await client.files.read('555', { range: { start: 1, end: 4 } })
    expect(content).toMatchObject({ sizeBytes: 3, totalBytes: 5 })
    expect(await textOf(content)).toBe('ell')
    expect(toFileHosts()[0]?.headers['range']).toBe('bytes=1-3')
  })

  test('of a host that ignores ranges is read past what is not wanted', async () => {
    const { client } = await stackOf('aws', false, () => [200, 'hello'])
    const content = await client.files.read('555', { range: { start: 1, end: 3 } })
    expect([content.sizeBytes, await textOf(content)]).toEqual([2, 'el'])
  })

  test.each([
    [200, 'hello', {}],
    [416, '', { 'content-range': 'bytes */5' }],
  ])('a range past its end is refused (%i)', async (status, body, headers) => {
    const { client } = await stackOf('aws', false, () => [status, body, headers as Record<string, string>])
    const failure = await failureOf(client.files.read('555', { range: { start: 9, end: undefined } }))
    expect(failure).toMatchObject({ code: 'invalid-argument', details: { totalBytes: 5 } })
  })

  test('an answer in another range than asked for is refused', async () => {
    const { client } = await stackOf('aws', false, () => [206, 'hel', { 'content-range': 'bytes 0-2/5' }])
    expect(await failureOf(client.files.read('555', { range: { start: 1, end: 4 } }))).toMatchObject({
      code: 'corrupt-data',
    })
  })

  test('of which less comes than the range has is refused', async () => {
    const { client } = await stackOf('aws', false, () => [206, 'e', { 'content-range': 'bytes 1-1/5' }])
    const content = await client.files.read('555', { range: { start: 1, end: 4 } })
    expect(await failureOf(textOf(content))).toMatchObject({ code: 'corrupt-data', retryable: true })
  })

  test.each([false, true])('that nobody begins to read is released (decompressed: %s)', async (decompress) => {
    const closed = Promise.withResolvers<void>()
    const { client } = await stackOf('aws', false, () => (response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200, { 'content-length': 100_000_000 })
      response.write(Buffer.alloc(100_000))
    })
    const { body } = await client.files.read('555', { decompress })
    await body[Symbol.asyncIterator]().return?.()
    await expect(closed.promise).resolves.toBeUndefined()
  })

  test('whose URL has expired is asked for again', async () => {
    let isFirst = true
    const { client, requests } = await stackOf('aws', false, () => {
      const status = isFirst ? 403 : 200
      isFirst = false
      return [status, 'hello']
    })
    const known = await client.files.get('555')
    expect(await textOf(await client.files.read(known))).toBe('hello')
    expect(requests.map(({ line }) => line.split('?')[0])).toEqual([
      'GET /v2/storage/files/555',
      'GET /signed/555',
      'GET /v2/storage/files/555',
      'GET /signed/555',
    ])
  })

  test('that is refused twice is a failure', async () => {
    const { client, toFileHosts } = await stackOf('aws', false, () => [403, '<Error><Code>AccessDenied</Code></Error>'])
    expect(await failureOf(client.files.read('555'))).toMatchObject({ status: 403 })
    expect(toFileHosts()).toHaveLength(2)
  })

  test('whose connection breaks off goes on from there', async () => {
    const bytes = randomBytes(300_000)
    const { client, toFileHosts } = await stackOf('aws', false, ({ headers }) => {
      const start = Number(/^bytes=(\d+)-/.exec(headers['range'] ?? '')?.[1] ?? '0')
      if (start > 0) {
        const range = { 'content-range': `bytes ${start}-299999/300000`, etag: '"e"' }
        return [206, bytes.subarray(start), range]
      }
      return (response) => {
        response.writeHead(200, { 'content-length': '300000', etag: '"e"' })
        response.write(bytes.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 5))
      }
    })
    const content = await client.files.read('555')
    expect(Buffer.compare(await readAll(content.body), bytes)).toBe(0)
    expect(toFileHosts()).toHaveLength(2)
  })

  test('that changed meanwhile is never put together of two', async () => {
    const { client } = await stackOf('aws', false, ({ headers }) => {
      if (headers['range'] !== undefined) return [206, 'lo', { 'content-range': 'bytes 3-4/5', etag: '"other"' }]
      return (response) => {
        response.writeHead(200, { 'content-length': '5', etag: '"e"' })
        response.write('hel', () => setTimeout(() => response.destroy(), 5))
      }
    })
    expect(await failureOf(textOf(await client.files.read('555')))).toMatchObject({ code: 'conflict' })
  })

  test('whose host redirects is not followed', async () => {
    const { client, toFileHosts } = await stackOf('aws', false, () => [302, '', { location: 'http://127.0.0.1:9/' }])
    expect(await failureOf(client.files.read('555'))).toMatchObject({ status: 302 })
    expect(toFileHosts()).toHaveLength(1)
  })

  test('that is gone is not found', async () => {
    const { client } = await stackOf('aws', false, () => [404, '<Error><Code>NoSuchKey</Code></Error>'])
    expect(await failureOf(client.files.read('555'))).toMatchObject({ status: 404 })
  })

  test('is decompressed where that is asked for, and damage is told', async () => {
    const whole = gzipSync('hello')
    for (const [body, expected] of [
      [whole, 'hello'],
      [Buffer.concat([gzipSync('a'), gzipSync('b')]), 'ab'],
      ['plain', 'plain'],
      ['', ''],
    ] as const) {
      const { client } = await stackOf('aws', false, () => [200, body])
      expect(await textOf(await client.files.read('555', { decompress: true }))).toBe(expected)
    }
    for (const body of [whole.subarray(0, -5), Buffer.concat([whole.subarray(0, 12), randomBytes(9)])]) {
      const { client } = await stackOf('aws', false, () => [200, body])
      const failure = await failureOf(textOf(await client.files.read('555', { decompress: true })))
      expect(failure).toMatchObject({ code: 'corrupt-data' })
    }
  })
})

describe('a sliced file', () => {
  const names = {
    aws: ['s3://kbc-files/exp-2/9/555.csv', '/kbc-files/exp-2/9/555.csv'],
    azure: ['azure://acc.blob.core.windows.net/cont/exp-2/9/555.csv', '/blob/cont/exp-2/9/555.csv'],
    gcp: ['gs://kbc-files/exp-2/9/555.csv', '/kbc-files/exp-2/9/555.csv'],
  } as const

  test.each(['aws', 'azure', 'gcp'] as const)(
    'of %s comes slice after slice, in the order of its manifest',
    async (provider) => {
      const [entry, path] = names[provider]
      const { client, toFileHosts } = await stackOf(provider, true, ({ line }) => {
        if (line.startsWith('GET /signed'))
          return [200, { entries: [{ url: `${entry}_1.gz`, mandatory: true }, { url: `${entry}_0.gz` }] }]
        return [200, gzipSync(line.includes('_1.gz') ? '1,a\n' : '0,b\n')]
      })
      const content = await client.files.read('555', { decompress: true })
      expect(await textOf(content)).toBe('1,a\n0,b\n')
      expect(toFileHosts().map(({ line }) => line.replace(/\?.*/, ''))).toEqual([
        'GET /signed/555',
        `GET ${path}_1.gz`,
        `GET ${path}_0.gz`,
      ])
      expect(JSON.stringify(toFileHosts())).not.toContain(token)
    },
  )

  test('without entries has no bytes', async () => {
    const { client } = await stackOf('aws', true, () => [200, { entries: [] }])
    expect(await textOf(await client.files.read('555'))).toBe('')
  })

  test.each(['a,b\n', '[]', '{"entries":[{"url":5}]}', ''])('with %j for a manifest is damaged', async (text) => {
    const { client } = await stackOf('aws', true, () => [200, text])
    expect(await failureOf(client.files.read('555'))).toMatchObject({ code: 'corrupt-data' })
  })

  test.each([
    ['aws', 's3://other-bucket/x'],
    ['aws', 'https://kbc-files.example/x'],
    ['aws', 'file:///etc/passwd'],
    ['aws', 's3://kbc-files/a/../../b'],
    ['azure', 'azure://acc.blob.core.windows.net/other/x'],
    ['azure', 's3://cont/x'],
    ['gcp', 'gs://other/x'],
  ] as const)('of %s with the slice %s is refused before anything is sent there', async (provider, url) => {
    const { client, toFileHosts } = await stackOf(provider, true, () => [200, { entries: [{ url }] }])
    expect(await failureOf(textOf(await client.files.read('555')))).toMatchObject({ code: 'corrupt-data' })
    expect(toFileHosts()).toHaveLength(1)
  })

  test('whose credentials have expired is read on with fresh ones', async () => {
    let refusals = 1
    const [entry] = names.aws
    const { client, requests } = await stackOf('aws', true, ({ line }) => {
      if (line.startsWith('GET /signed')) return [200, { entries: [{ url: `${entry}_0` }] }]
      refusals -= 1
      return refusals >= 0 ? [400, '<Error><Code>ExpiredToken</Code></Error>'] : [200, 'x']
    })
    expect(await textOf(await client.files.read('555'))).toBe('x')
    expect(requests.filter(({ line }) => line.includes('federationToken=1'))).toHaveLength(2)
  })

  test('has no ranges', async () => {
    const { client } = await stackOf('aws', true, () => [200, { entries: [] }])
    const failure = await failureOf(client.files.read('555', { range: { start: 0, end: 1 } }))
    expect(failure).toMatchObject({ code: 'invalid-argument' })
  })

  test('with a slice that is missing is a failure', async () => {
    const { client } = await stackOf('aws', true, ({ line }) =>
      line.startsWith('GET /signed')
        ? [200, { entries: [{ url: `${names.aws[0]}_0` }] }]
        : [404, '<Error><Code>NoSuchKey</Code></Error>'],
    )
    expect(await failureOf(textOf(await client.files.read('555')))).toMatchObject({ status: 404 })
  })
})

describe('the result of an export', () => {
  test('has a header when it is one file, and none in slices', async () => {
    const single = await stackOf('aws', false, () => [200, gzipSync('"id"\n"1"\n')])
    const one = await single.client.files.readExport({ fileId: '555', fileUrl: undefined, isCached: false })
    expect([one.hasHeader, await textOf(one)]).toEqual([true, '"id"\n"1"\n'])
    const sliced = await stackOf('aws', true, ({ line }) =>
      line.startsWith('GET /signed') ? [200, { entries: [{ url: 's3://kbc-files/x' }] }] : [200, gzipSync('"1"\n')],
    )
    const many = await sliced.client.files.readExport({ fileId: '555', fileUrl: undefined, isCached: false })
    expect([many.hasHeader, await textOf(many)]).toEqual([false, '"1"\n'])
  })

  test('is read by its id even where there is a URL: that of slices leads to their manifest', async () => {
    const { client, url } = await stackOf('aws', true, () => [200, { entries: [] }])
    const result = { fileId: '555', fileUrl: `${url}/signed/555`, isCached: false }
    expect(await textOf(await client.files.readExport(result))).toBe('')
  })

  test('is read by its URL where the guide gives nothing else', async () => {
    const { client, url, requests } = await stackOf('aws', false, () => [200, 'id\n1\n'])
    const content = await client.files.readExport({ fileId: undefined, fileUrl: `${url}/plain?sig=1`, isCached: false })
    expect([content.hasHeader, await textOf(content)]).toEqual([true, 'id\n1\n'])
    expect(requests.map(({ line }) => line)).toEqual(['GET /plain?sig=1'])
    expect(JSON.stringify(requests)).not.toContain(token)
  })
})
