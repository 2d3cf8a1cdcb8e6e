import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { doneJob, prepared, type StackAnswer, type StackRequest, startStack } from './stack-fixture.ts'
import { failureOf, token } from './wire-fixture.ts'

const mib = 1024 * 1024

type Provider = Parameters<typeof prepared>[0]

/** Answers as the Storage API does; what goes to file hosts is the test's. */
function stackOf(provider: Provider, fileHost: (request: StackRequest) => StackAnswer) {
  return startStack((request, url) => {
    const { line } = request
    if (line === 'POST /v2/storage/files/prepare') return [201, prepared(provider, url)]
    if (line === 'DELETE /v2/storage/files/555?async=1') return [202, doneJob]
    if (line === 'PUT /v2/storage/files/555/refresh') {
      return [200, JSON.parse(JSON.stringify(prepared(provider, url)).replace('gcs-token', 'gcs-fresh')) as object]
    }
    return fileHost(request)
  })
}

/** A store with S3's multipart calls; `fault` may answer instead. */
function s3(fault: (request: StackRequest) => StackAnswer | undefined = () => undefined) {
  return (request: StackRequest): StackAnswer => {
    const given = fault(request)
    if (given !== undefined) return given
    if (request.line.endsWith('?uploads=')) return [200, '<R><UploadId>up &amp; load</UploadId></R>']
    return [200, '', { etag: `"${request.body.byteLength}"` }]
  }
}

async function* chunksOf(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size)
}

describe('to S3', () => {
  test('a short file is one request, signed, with encryption, name and checksum, and without the token', async () => {
    const { client, toFileHosts, requests } = await stackOf('aws', s3())
    const file = await client.files.upload(Buffer.from('hello'), {
      name: 'a ü.csv',
      tags: ['x'],
      contentType: 'text/csv',
    })
    expect(file).toMatchObject({ id: '555', sizeBytes: 5 })
    expect(JSON.parse(String(requests[0]?.body))).toEqual({
      name: 'a ü.csv',
      sizeBytes: 5,
      tags: ['x'],
      isEncrypted: true,
      contentType: 'text/csv',
      federationToken: true,
    })
    const [put, ...more] = toFileHosts()
    expect(more).toEqual([])
    expect(put?.line).toBe('PUT /kbc-files/exp%2015/1/orders.csv')
    expect(String(put?.body)).toBe('hello')
    expect(put?.headers).toMatchObject({
      'content-length': '5',
      'content-type': 'text/csv',
      'content-disposition': "attachment; filename*=UTF-8''a%20%C3%BC.csv",
      'x-amz-acl': 'private',
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-checksum-crc32': 'NhCmhg==',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-security-token': 's3-session',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/us-east-1\/s3/) as string,
    })
    expect(put?.headers['content-encoding']).toBeUndefined()
    expect(JSON.stringify(put)).not.toContain(token)
  })

  test('a file without bytes is stored as such', async () => {
    const { client, toFileHosts } = await stackOf('aws', s3())
    await client.files.upload(Buffer.alloc(0), { name: 'empty' })
    expect(toFileHosts().map(({ line, headers }) => [line, headers['content-length']])).toEqual([
      ['PUT /kbc-files/exp%2015/1/orders.csv', '0'],
    ])
  })

  test.each([
    ['a stream of unknown length', (bytes: Uint8Array) => chunksOf(bytes), undefined],
    ['a stream of known length', (bytes: Uint8Array) => chunksOf(bytes), 12 * mib],
  ])('%s goes in parts, and comes whole', async (_, source, sizeBytes) => {
    const { client, toFileHosts } = await stackOf('aws', s3())
    const bytes = randomBytes(12 * mib)
    const told: (number | undefined)[][] = []
    const onPart = (...numbers: (number | undefined)[]): void => void told.push(numbers)
    const file = await client.files.upload(source(bytes), { name: 'big', sizeBytes, onPart })
    expect(file.sizeBytes).toBe(12 * mib)
    const puts = toFileHosts()
      .filter(({ line }) => line.startsWith('PUT'))
      .toSorted((left, right) => left.line.localeCompare(right.line))
    expect(puts.map(({ line }) => line)).toEqual(
      [1, 2, 3].map((part) => `PUT /kbc-files/exp%2015/1/orders.csv?partNumber=${part}&uploadId=up%20%26%20load`),
    )
    expect(Buffer.compare(Buffer.concat(puts.map(({ body }) => body)), bytes)).toBe(0)
    const last = toFileHosts().at(-1)
    expect(last?.line).toBe('POST /kbc-files/exp%2015/1/orders.csv?uploadId=up%20%26%20load')
    expect([...String(last?.body).matchAll(/<PartNumber>(\d)</g)].map(([, part]) => part)).toEqual(['1', '2', '3'])
    expect(told.map(([part]) => part)).toEqual([1, 2, 3])
    expect(told.at(-1)).toEqual([3, 3])
  })

  test.each([
    ['bytes', (bytes: Uint8Array) => bytes],
    ['a source that can be read again', (bytes: Uint8Array) => new Blob([Uint8Array.from(bytes)])],
  ])('%s goes whole in one request, and again after a failure that passes', async (_, source) => {
    let answers = 0
    const { client, toFileHosts } = await stackOf('aws', () =>
      (answers += 1) === 1 ? [503, '<Error><Code>SlowDown</Code></Error>'] : [200, ''],
    )
    const bytes = randomBytes(12 * mib)
    const told: (number | undefined)[][] = []
    const receipt = { requests: 0, retries: 0 }
    const onPart = (...numbers: (number | undefined)[]): void => void told.push(numbers)
    const file = await client.files.upload(source(bytes), { name: 'big', onPart }, { receipt })
    expect(file.sizeBytes).toBe(12 * mib)
    const puts = toFileHosts()
    expect(puts.map(({ line }) => line)).toEqual(Array(2).fill('PUT /kbc-files/exp%2015/1/orders.csv'))
    expect(puts.map(({ headers }) => headers['content-length'])).toEqual(Array(2).fill(String(12 * mib)))
    expect(Buffer.compare(puts[1]?.body ?? Buffer.alloc(0), bytes)).toBe(0)
    expect(told).toEqual([[1, 1]])
    expect(receipt).toMatchObject({ retries: 1 })
  })

  test('a part that fails for a passing reason is sent again', async () => {
    let isFirst = true
    const { client, toFileHosts } = await stackOf(
      'aws',
      s3(({ line }) => {
        if (!line.includes('partNumber=2') || !isFirst) return undefined
        isFirst = false
        return [503, '<Error><Code>SlowDown</Code></Error>']
      }),
    )
    const receipt = { requests: 0, retries: 0 }
    await client.files.upload(chunksOf(randomBytes(7 * mib)), { name: 'big' }, { receipt })
    expect(toFileHosts().filter(({ line }) => line.includes('partNumber=2'))).toHaveLength(2)
    expect(receipt).toEqual({ requests: 6, retries: 1 })
  })

  test.each([
    [
      'a part is refused',
      s3(({ line }) => (line.includes('partNumber=2') ? [403, '<Error><Code>AccessDenied</Code></Error>'] : undefined)),
    ],
    [
      'the end fails inside a success',
      s3(({ line }) =>
        line.startsWith('POST') && !line.endsWith('uploads=')
          ? [200, '<Error><Code>InternalError</Code></Error>']
          : undefined,
      ),
    ],
  ])('nothing is left when %s', async (_, store) => {
    const { client, requests } = await stackOf('aws', store)
    await failureOf(client.files.upload(chunksOf(randomBytes(7 * mib)), { name: 'big' }))
    const lines = requests.map(({ line }) => line)
    expect(lines).toContain('DELETE /kbc-files/exp%2015/1/orders.csv?uploadId=up%20%26%20load')
    expect(lines.at(-1)).toBe('DELETE /v2/storage/files/555?async=1')
  })

  test('nothing is left when the source fails', async () => {
    const { client, requests } = await stackOf('aws', s3())
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield randomBytes(6 * mib)
      yield randomBytes(6 * mib)
      throw new Error('the disk is gone')
    }
    expect(String(await failureOf(client.files.upload(failing(), { name: 'big' })))).toContain('the disk is gone')
    const lines = requests.map(({ line }) => line)
    expect(lines.filter((line) => line.startsWith('DELETE'))).toHaveLength(2)
    expect(lines.some((line) => line.startsWith('POST /kbc-files') && line.includes('uploadId'))).toBe(false)
  })

  test('a source that fails at once prepares nothing', async () => {
    const { client, requests } = await stackOf('aws', s3())
    // oxlint-disable-next-line require-yield -- it fails before
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw new Error('no')
    }
    await failureOf(client.files.upload(failing(), { name: 'x' }))
    expect(requests).toEqual([])
  })

  test.each([5 * mib, 7 * mib])('a source that is shorter than its %i bytes fails', async (sizeBytes) => {
    const { client, requests } = await stackOf('aws', s3())
    const failure = await failureOf(client.files.upload(chunksOf(randomBytes(5 * mib - 1)), { name: 'x', sizeBytes }))
    expect(failure).toMatchObject({ code: 'corrupt-data' })
    expect(requests.filter(({ line }) => line.startsWith('PUT /kbc-files'))).toEqual([])
  })

  test('an abort ends an upload whose source hangs, and leaves nothing', async () => {
    const { client, requests } = await stackOf('aws', s3())
    const controller = new AbortController()
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield randomBytes(6 * mib)
      setTimeout(() => controller.abort(), 5)
      await new Promise(() => {})
    }
    const failure = await failureOf(client.files.upload(hanging(), { name: 'x' }, { signal: controller.signal }))
    expect(failure).toMatchObject({ name: 'AbortError' })
    const lines = requests.map(({ line }) => line)
    expect(lines.filter((line) => line.startsWith('DELETE')).length).toBe(lines.length === 0 ? 0 : 2)
  })

  test('a bucket or region that would lead to another host is refused', async () => {
    for (const [name, value] of [
      ['region', 'evil.example/'],
      ['bucket', 'x/../y'],
    ] as const) {
      const { client, toFileHosts } = await startStack(({ line }, url) => {
        if (line.startsWith('DELETE')) return [202, doneJob]
        const given = prepared('aws', url) as { uploadParams: object }
        return [
          201,
          {
            ...given,
            ...(name === 'region' ? { region: value } : { uploadParams: { ...given.uploadParams, bucket: value } }),
          },
        ]
      })
      expect(await failureOf(client.files.upload(Buffer.from('x'), { name: 'x' }))).toMatchObject({
        code: 'corrupt-data',
      })
      expect(toFileHosts()).toEqual([])
    }
  })
})

describe('to Azure', () => {
  test('a short file is one blob; the signature goes as it was given', async () => {
    const { client, toFileHosts } = await stackOf('azure', () => [201])
    await client.files.upload(Buffer.from('hello'), { name: 'a.csv' })
    const [put, ...more] = toFileHosts()
    expect(more).toEqual([])
    expect(put?.line).toBe('PUT /blob/cont/exp%2015/1/orders.csv?sv=2017&sp=rwl&sig=a%2Bb==')
    expect(put?.headers).toMatchObject({
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-version': '2021-12-02',
      'x-ms-blob-content-disposition': 'attachment; filename=a.csv;',
      'content-length': '5',
    })
    expect(JSON.stringify(put)).not.toContain(token)
  })

  test('a stream goes in blocks, which a list makes a blob', async () => {
    const { client, toFileHosts } = await stackOf('azure', () => [201])
    const bytes = randomBytes(11 * mib)
    await client.files.upload(chunksOf(bytes), { name: 'a.csv' })
    const blocks = toFileHosts()
      .filter(({ line }) => line.includes('comp=block&'))
      .toSorted((left, right) => left.line.localeCompare(right.line))
    expect(Buffer.compare(Buffer.concat(blocks.map(({ body }) => body)), bytes)).toBe(0)
    const ids = blocks.map(({ line }) => decodeURIComponent(/blockid=([^&]+)/.exec(line)?.[1] ?? ''))
    const list = toFileHosts().at(-1)
    expect(list?.line).toContain('?comp=blocklist&sv=2017&sp=rwl&sig=a%2Bb==')
    expect(String(list?.body)).toContain(`<BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`)
  })
})

describe('to Google', () => {
  test('a short file is one request with the token of the store', async () => {
    const { client, toFileHosts } = await stackOf('gcp', () => [200])
    await client.files.upload(Buffer.from('hello'), { name: 'a.csv' })
    expect(toFileHosts().map(({ line }) => line)).toEqual(['PUT /kbc-files/exp%2015/1/orders.csv'])
    expect(toFileHosts()[0]?.headers).toMatchObject({ authorization: 'Bearer gcs-token', 'content-length': '5' })
  })

  test('credentials that have expired are replaced', async () => {
    const { client, requests } = await stackOf('gcp', ({ headers }) => [
      headers.authorization === 'Bearer gcs-fresh' ? 200 : 401,
    ])
    await client.files.upload(Buffer.from('hello'), { name: 'a.csv' })
    expect(requests.map(({ line }) => line.split(' ')[0])).toEqual(['POST', 'PUT', 'PUT', 'PUT'])
    expect(String(requests.at(-1)?.body)).toBe('hello')
  })

  test('a stream is one request, with its length or in chunks', async () => {
    for (const sizeBytes of [7 * mib, undefined]) {
      const { client, toFileHosts } = await stackOf('gcp', () => [200])
      const bytes = randomBytes(7 * mib)
      await client.files.upload(chunksOf(bytes), { name: 'a', sizeBytes })
      expect(toFileHosts()).toHaveLength(1)
      expect(Buffer.compare(toFileHosts()[0]?.body ?? Buffer.alloc(0), bytes)).toBe(0)
      expect(toFileHosts()[0]?.headers['content-length']).toBe(sizeBytes?.toString())
    }
  })
})

describe('data for an import', () => {
  test.each([
    ['orders.csv', Buffer.from('a\n1\n'), 'orders.csv'],
    ['orders.csv', gzipSync('a\n'), 'orders.csv.gz'],
    ['orders.csv.gz', Buffer.from('a\n'), 'orders.csv'],
    ['orders.csv.gz', gzipSync('a\n'), 'orders.csv.gz'],
    ['.gz', Buffer.from('a\n'), 'data'],
    ['x.GZ', Buffer.alloc(0), 'x'],
  ])('%s is named by what it is', async (name, bytes, expected) => {
    const { client, requests } = await stackOf('aws', s3())
    await client.files.upload(chunksOf(bytes, 1), { name, isForImport: true })
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ name: expected, sizeBytes: bytes.byteLength })
  })

  test('other files keep their names', async () => {
    const { client, requests } = await stackOf('aws', s3())
    await client.files.upload(Buffer.from('no gzip'), { name: 'x.gz' })
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ name: 'x.gz' })
  })
})

describe('slices', () => {
  test.each([
    ['aws', 's3://kbc-files/exp 15/1/orders.csv'],
    ['azure', 'azure://acc.blob.core.windows.net/cont/exp 15/1/orders.csv'],
    ['gcp', 'gs://kbc-files/exp 15/1/orders.csv'],
  ] as const)('of %s go behind the key, and the manifest last', async (provider, place) => {
    const { client, requests, toFileHosts } = await stackOf(provider, () => [201])
    const slices = [1, 2].map((number) => ({ name: `s${number}.gz`, source: Buffer.from(`${number}`) }))
    const file = await client.files.uploadSliced(slices, { name: 'x' })
    expect(file.sizeBytes).toBe(2)
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({ isSliced: true })
    expect(toFileHosts().map(({ line }) => /orders\.csv([^? ]*)/.exec(line)?.[1])).toEqual([
      's1.gz',
      's2.gz',
      'manifest',
    ])
    expect(JSON.parse(String(toFileHosts().at(-1)?.body))).toEqual({
      entries: [{ url: `${place}s1.gz` }, { url: `${place}s2.gz` }],
    })
  })

  test.each(['../x', 'manifest', 'a b', ''])('%j is no name of a slice', async (name) => {
    const { client, toFileHosts } = await stackOf('aws', s3())
    const failure = await failureOf(client.files.uploadSliced([{ name, source: Buffer.from('1') }], { name: 'x' }))
    expect(failure).toMatchObject({ code: 'invalid-argument' })
    expect(toFileHosts()).toEqual([])
  })
})
