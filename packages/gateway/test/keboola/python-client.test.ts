import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { manualClock } from '@stowage/core/driver'
import { type Answered, startKeboola, type TestKeboola } from './keboola-fixture.ts'

type Json = Answered['json']
type Pairs = readonly (readonly [string, string])[]

/** The requests the official Python client sends for what its functional tests do. */
class PythonClient {
  readonly #keboola: TestKeboola

  constructor(keboola: TestKeboola) {
    this.#keboola = keboola
  }

  async call(method: string, path: string, form?: Pairs): Promise<Json> {
    const headers = { 'accept-encoding': 'gzip', 'user-agent': 'Keboola Storage API Python Client' }
    const { status, json, text } = await this.#keboola.call(method, path, { headers, ...(form ? { form } : {}) })
    if (status >= 400) throw new Error(`${status} ${text}`)
    // It looks for this text in what DELETE answers with.
    return method === 'DELETE' && status === 202 ? await this.#wait(json) : (json ?? text)
  }

  async #wait({ id }: Json): Promise<Json> {
    const job = await this.#keboola.wait(id as number)
    if (job.status === 'error') throw new Error(job.error.message as string)
    return job
  }

  async upload(name: string, content: string): Promise<number> {
    const file = await this.call('POST', '/files/prepare', [
      ['isPublic', '0'],
      ['isPermanent', '0'],
      ['isEncrypted', '1'],
      ['isSliced', '0'],
      ['notify', '0'],
      ['name', name],
      ['tags[]', 'py-test'],
      ['tags[]', 'file1'],
      ['sizeBytes', String(content.length)],
      ['federationToken', '1'],
    ])
    if (file.provider === 'azure') await this.#putBlob(file.absUploadParams, content)
    else {
      const { bucket: Bucket, key: Key, acl: ACL, credentials, ...rest } = file.uploadParams
      const encryption = { ServerSideEncryption: rest['x-amz-server-side-encryption'] }
      const disposition = { ContentDisposition: `attachment; filename=${name};` }
      const put = new PutObjectCommand({ Bucket, Key, ACL, Body: content, ...encryption, ...disposition })
      await this.#s3(credentials, file.region).send(put)
    }
    return file.id as number
  }

  #s3({ AccessKeyId, SecretAccessKey, SessionToken }: Json, region: string): S3Client {
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const client = new S3Client({ region, endpoint: this.#keboola.url, forcePathStyle: true, credentials })
    onTestFinished(() => client.destroy())
    return client
  }

  #blobUrl({ absCredentials }: Json, container: string, blob: string): string {
    const [endpoint = '', signature = ''] = (absCredentials.SASConnectionString as string)
      .split(';')
      .map((part) => part.slice(part.indexOf('=') + 1))
    return `${endpoint}/${container}/${blob}?${signature}`
  }

  async #putBlob(params: Json, body: string): Promise<void> {
    const url = this.#blobUrl(params, params.container as string, params.blobName as string)
    const headers = { 'x-ms-blob-type': 'BlockBlob', 'if-none-match': '*', 'x-ms-version': '2021-12-02' }
    const { status } = await fetch(url, { method: 'PUT', headers, body })
    if (status !== 201) throw new Error(`Put Blob: ${status}`)
  }

  async create(name: string, csv: string, primaryKey: Pairs = []): Promise<string> {
    const dataFileId = String(await this.upload('sapi-test', csv))
    const job = await this.call('POST', '/buckets/in.c-py-test-tables/tables-async', [
      ['name', name],
      ['delimiter', ','],
      ['enclosure', '"'],
      ['escapedBy', ''],
      ['dataFileId', dataFileId],
      ...primaryKey,
    ])
    return (await this.#wait(job)).results.id as string
  }

  async load(tableId: string, csv: string, incremental: '0' | '1'): Promise<Json> {
    const dataFileId = String(await this.upload('sapi-test', csv))
    const job = await this.call('POST', `/tables/${tableId}/import-async`, [
      ['delimiter', ','],
      ['enclosure', '"'],
      ['escapedBy', ''],
      ['incremental', incremental],
      ['withoutHeaders', '0'],
      ['dataFileId', dataFileId],
    ])
    return (await this.#wait(job)).results
  }

  async export(tableId: string, form: Pairs): Promise<number> {
    return (await this.#wait(await this.call('POST', `/tables/${tableId}/export-async`, form))).results.file
      .id as number
  }

  /** Downloads a file, the slices one after the other. */
  async download(fileId: number): Promise<Buffer> {
    const file = await this.call('GET', `/files/${fileId}?federationToken=true`)
    if (!file.isSliced) return this.#read(file, (file.s3Path ?? file.absPath).key ?? file.absPath.name)
    const manifest = await this.#manifest(file)
    const slices: Buffer[] = []
    for (const { url } of manifest.entries as { url: string }[]) {
      const place =
        file.provider === 'azure' ? url.split(`blob.core.windows.net/${file.absPath.container}/`)[1] : undefined
      slices.push(await this.#read(file, place ?? url.split('/').slice(3).join('/')))
    }
    return Buffer.concat(slices)
  }

  async #manifest(file: Json): Promise<Json> {
    if (file.provider !== 'azure') return (await fetch(file.url as string)).json()
    return JSON.parse((await this.#read(file, `${file.absPath.name}manifest`)).toString())
  }

  async #read(file: Json, key: string): Promise<Buffer> {
    if (file.provider === 'azure') {
      const url = this.#blobUrl(file, file.absPath.container as string, key)
      const answer = await fetch(url, { headers: { 'x-ms-range': 'bytes=0-33554431' } })
      if (answer.status !== 206) throw new Error(`Get Blob: ${answer.status}`)
      return Buffer.from(await answer.arrayBuffer())
    }
    const client = this.#s3(file.credentials, file.region as string)
    const place = { Bucket: file.s3Path.bucket as string, Key: key }
    await client.send(new HeadObjectCommand(place))
    const { Body } = await client.send(new GetObjectCommand(place))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }
}

const text = expect.any(String) as string
const pingPong = 'col1,col2\nping,pong\n'
const fooBar = 'col1,col2\nfoo,bar\n'

const credentialsByProvider = [
  ['aws', { credentials: { AccessKeyId: text, SecretAccessKey: text, SessionToken: text } }],
  [
    'azure',
    { absCredentials: { SASConnectionString: text, expiration: text }, absPath: { container: text, name: text } },
  ],
] as const

describe.each(credentialsByProvider)('the official Python client, with files in %s,', (fileProvider, credentials) => {
  const start = async (): Promise<PythonClient> => {
    // Signers take the computer's time.
    const clock = manualClock(Date.now())
    const python = new PythonClient(await startKeboola({ fileProvider, clock }))
    await python.call('POST', '/buckets', [
      ['name', 'py-test-tables'],
      ['stage', 'in'],
    ])
    return python
  }

  it('works for buckets', async () => {
    const python = await start()
    expect(await python.call('GET', '/buckets')).toMatchObject([{ id: 'in.c-py-test-tables', stage: 'in' }])
    const detail = await python.call('GET', '/buckets/in.c-py-test-tables')
    expect(detail).toMatchObject({ id: 'in.c-py-test-tables', name: 'c-py-test-tables', tables: [], attributes: [] })
    for (const name of ['uri', 'created', 'description']) expect(detail).toHaveProperty(name)
    await python.create('some-table', pingPong)
    const tables = await python.call('GET', '/buckets/in.c-py-test-tables/tables?include=metadata,columns')
    expect(tables).toMatchObject([{ id: 'in.c-py-test-tables.some-table', columns: ['col1', 'col2'] }])
    await expect(python.call('DELETE', '/buckets/in.c-py-test-tables?force=False&async=True')).rejects.toThrow('tables')
    await python.call('DELETE', '/buckets/in.c-py-test-tables?force=True&async=True')
    await expect(python.call('DELETE', '/buckets/in.c-py-test-tables?force=True&async=True')).rejects.toThrow('404')
  })

  it('works for creating tables and looking at them', async () => {
    const python = await start()
    const id = await python.create('some-table', pingPong, [['primaryKey', 'col1,col2']])
    const detail = await python.call('GET', `/tables/${id}`)
    expect(detail).toMatchObject({
      id,
      name: 'some-table',
      uri: expect.stringContaining(id),
      primaryKey: ['col1', 'col2'],
      columns: ['col1', 'col2'],
      rowsCount: 1,
      metadata: [],
      columnMetadata: [],
      bucket: { id: 'in.c-py-test-tables' },
    })
    for (const name of ['created', 'lastImportDate', 'lastChangeDate']) expect(detail).toHaveProperty(name)
    await python.call('DELETE', `/tables/${id}`)
    await expect(python.call('GET', `/tables/${id}`)).rejects.toThrow('404')
    await expect(python.call('GET', '/tables/some-totally-non-existent-table')).rejects.toThrow('404')
  })

  it('works for loading, incrementally or not', async () => {
    const python = await start()
    const id = await python.create('some-table', pingPong)
    expect(await python.load(id, fooBar, '1')).toMatchObject({ totalRowsCount: 2 })
    expect((await python.call('GET', `/tables/${id}`)).rowsCount).toBe(2)
    await python.load(id, fooBar, '0')
    expect((await python.call('GET', `/tables/${id}`)).rowsCount).toBe(1)
  })

  it('works for previews', async () => {
    const python = await start()
    const id = await python.create('some-table', `${pingPong}foo,bar\n`)
    const preview = (await python.call('GET', `/tables/${id}/data-preview`)) as string
    expect(preview.split('\n').toSorted()).toEqual(['', '"col1","col2"', '"foo","bar"', '"ping","pong"'])
    const query = 'whereColumn=col1&whereOperator=neq&whereValues%5B%5D=foo&columns=col2'
    expect(await python.call('GET', `/tables/${id}/data-preview?${query}`)).toBe('"col2"\n"pong"\n')
  })

  it('works for exports, plain and compressed, which have no header', async () => {
    const python = await start()
    const id = await python.create('some-table', pingPong)
    await python.load(id, fooBar, '1')
    const plain = await python.download(await python.export(id, [['gzip', '0']]))
    expect(plain.toString().split('\n').toSorted()).toEqual(['', '"foo","bar"', '"ping","pong"'])
    const compressed = await python.download(await python.export(id, [['gzip', '1']]))
    expect(gunzipSync(compressed).toString()).toBe(plain.toString())
    const some: Pairs = [
      ['gzip', '0'],
      ['columns', 'col2,col1'],
      ['whereColumn', 'col1'],
      ['whereOperator', 'eq'],
      ['whereValues[]', 'foo'],
    ]
    expect((await python.download(await python.export(id, some))).toString()).toBe('"bar","foo"\n')
  })

  it('works for files', async () => {
    const python = await start()
    const id = await python.upload('sapi-test', 'fooBar')
    const detail = await python.call('GET', `/files/${id}`)
    expect(detail).toMatchObject({ id, sizeBytes: 6, isPublic: false, isSliced: false, isEncrypted: true })
    expect(detail.tags).toEqual(['py-test', 'file1'])
    expect(detail.provider).toBe(fileProvider)
    for (const name of ['name', 'created', 'url', 'region', 'creatorToken']) expect(detail).toHaveProperty(name)
    expect(detail).not.toHaveProperty('credentials')
    expect(detail).not.toHaveProperty('absCredentials')
    const reading = await python.call('GET', `/files/${id}?federationToken=true`)
    expect(reading).toMatchObject(credentials)
    expect((await python.download(id)).toString()).toBe('fooBar')
    expect(await python.call('GET', '/files?limit=100&offset=0&tags%5B%5D=py-test')).toMatchObject([{ id }])
    await python.call('DELETE', `/files/${id}`)
    await expect(python.call('GET', `/files/${id}`)).rejects.toThrow('404')
    expect(await python.call('GET', '/files?limit=100&offset=0&tags%5B%5D=py-test')).toEqual([])
  })
})
