import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { KeboolaGateway } from '@stowage/gateway'
import { expect } from 'vitest'
import { type Answered, callApi, requireStatus, type Sent } from './call-api.ts'
import type { Serve } from './serve.ts'

/** How a sample talks to a project. */
class Project {
  readonly #gateway: KeboolaGateway

  constructor(gateway: KeboolaGateway) {
    this.#gateway = gateway
  }

  call(method: string, path: string, sent: Sent = {}): Promise<Answered> {
    const url = `${this.#gateway.url}/v2/storage${path}`
    return callApi(method, url, sent, { 'x-storageapi-token': this.#gateway.token })
  }

  form(method: string, path: string, fields: Readonly<Record<string, string>>): Promise<Answered> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.call(method, path, { body: new URLSearchParams(fields).toString(), headers })
  }

  async finished(accepted: Answered): Promise<Answered['json']> {
    requireStatus(accepted, 202)
    for (;;) {
      const { json } = await this.call('GET', `/jobs/${String(accepted.json.id)}`)
      if (json.status !== 'waiting' && json.status !== 'processing') return json
    }
  }

  /** Uploads as official clients do: prepare, then put with the credentials of the answer. */
  async upload(name: string, content: string): Promise<number> {
    const prepared = await this.form('POST', '/files/prepare', {
      name,
      sizeBytes: String(content.length),
      federationToken: '1',
      'tags[]': 'sample',
    })
    requireStatus(prepared, 201)
    const { bucket, key, credentials } = prepared.json.uploadParams
    const body = { Bucket: bucket as string, Key: key as string, Body: content }
    const client = this.#cloud(prepared.json.region as string, credentials as Readonly<Record<string, string>>)
    await client.send(new PutObjectCommand({ ...body, ACL: 'private', ServerSideEncryption: 'AES256' }))
    client.destroy()
    return prepared.json.id as number
  }

  /** Reads what an export left: its slices in order, which have no header. */
  async exported(fileId: number): Promise<string> {
    const { json: file } = await this.call('GET', `/files/${fileId}?federationToken=1`)
    const manifest = JSON.parse((await callApi('GET', file.url as string)).text) as { entries: { url: string }[] }
    const client = this.#cloud(file.region as string, file.credentials as Readonly<Record<string, string>>)
    const texts: string[] = []
    for (const { url } of manifest.entries) {
      const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? []
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      texts.push((await Body?.transformToString()) ?? '')
    }
    client.destroy()
    return texts.join('')
  }

  #cloud(region: string, credentials: Readonly<Record<string, string>>): S3Client {
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials
    return new S3Client({
      endpoint: this.#gateway.url,
      forcePathStyle: true,
      region,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    })
  }
}

/** What the guides of Keboola's Storage API show, as official clients send it, with a restart in between. */
export async function keboolaSamples(serve: Serve<KeboolaGateway>): Promise<void> {
  let project = new Project(await serve())
  await createBucket(project)
  await createTable(project)
  await importRows(project)
  const fileId = await project.upload('notes.txt', 'some notes')
  project = new Project(await serve())
  await readRows(project)
  await readFile(project, fileId)
  await changeTable(project)
  await deleteAll(project)
}

async function createBucket(project: Project): Promise<void> {
  const verified = await project.call('GET', '/tokens/verify')
  expect([verified.status, verified.json.canManageBuckets]).toEqual([200, true])
  const created = await project.call('POST', '/buckets', { json: { name: 'shop', stage: 'in', displayName: 'shop' } })
  expect([created.status, created.json]).toMatchObject([201, { id: 'in.c-shop', name: 'c-shop', stage: 'in' }])
  const again = await project.call('POST', '/buckets', { json: { name: 'shop', stage: 'in' } })
  expect([again.status, again.json.code]).toEqual([400, 'storage.buckets.alreadyExists'])
  expect((await project.call('GET', '/buckets')).json).toMatchObject([{ id: 'in.c-shop' }])
  const missing = await project.call('GET', '/buckets/in.c-nothing')
  expect([missing.status, missing.json.code]).toEqual([404, 'storage.buckets.notFound'])
}

async function createTable(project: Project): Promise<void> {
  const dataFileId = String(await project.upload('orders.csv', 'id,name\n1,Ann\n2,Bo\n'))
  const accepted = await project.form('POST', '/buckets/in.c-shop/tables-async', {
    name: 'orders',
    dataFileId,
    primaryKey: 'id',
    delimiter: ',',
    enclosure: '"',
  })
  const job = await project.finished(accepted)
  expect(job).toMatchObject({ status: 'success', operationName: 'tableCreate', results: { id: 'in.c-shop.orders' } })
  const typed = await project.call('POST', '/buckets/in.c-shop/tables-definition', {
    json: {
      name: 'prices',
      primaryKeysNames: ['id'],
      columns: [
        { name: 'id', basetype: 'INTEGER' },
        { name: 'amount', definition: { type: 'NUMBER', length: '12,2', nullable: true, default: '0' } },
      ],
    },
  })
  expect(await project.finished(typed)).toMatchObject({ status: 'success', results: { isTyped: true } })
}

async function importRows(project: Project): Promise<void> {
  const dataFileId = await project.upload('more.csv', 'id,name\n2,Bob\n3,"Cy ""C"""\n')
  const json = { dataFileId, incremental: true, delimiter: ',', enclosure: '"' }
  const job = await project.finished(await project.call('POST', '/tables/in.c-shop.orders/import-async', { json }))
  expect(job).toMatchObject({ status: 'success', results: { importedColumns: ['id', 'name'], totalRowsCount: 3 } })
  const wrong = await project.upload('wrong.csv', 'id\n9\n')
  const accepted = await project.call('POST', '/tables/in.c-shop.orders/import-async', { json: { dataFileId: wrong } })
  expect(await project.finished(accepted)).toMatchObject({
    status: 'error',
    error: { code: 'csvImport.columnsNotMatch' },
    results: { missingColumns: ['name'] },
  })
}

async function readRows(project: Project): Promise<void> {
  const detail = await project.call('GET', '/tables/in.c-shop.orders')
  expect(detail.json).toMatchObject({ primaryKey: ['id'], columns: ['id', 'name'], rowsCount: 3, isTyped: false })
  const preview = await project.call('GET', '/tables/in.c-shop.orders/data-preview?limit=10&format=rfc')
  expect(preview.text.split('\n').toSorted()).toEqual(['', '"1","Ann"', '"2","Bob"', '"3","Cy ""C"""', '"id","name"'])
  const json = { whereFilters: [{ column: 'id', operator: 'eq', values: ['3'] }], columns: 'name' }
  const job = await project.finished(await project.call('POST', '/tables/in.c-shop.orders/export-async', { json }))
  expect(job).toMatchObject({ status: 'success', operationName: 'tableExport' })
  expect(await project.exported(job.results.file.id as number)).toBe('"Cy ""C"""\n')
}

async function readFile(project: Project, fileId: number): Promise<void> {
  const detail = await project.call('GET', `/files/${fileId}`)
  expect(detail.json).toMatchObject({ id: fileId, name: 'notes.txt', tags: ['sample'], sizeBytes: 10, provider: 'aws' })
  const content = await callApi('GET', detail.json.url as string)
  expect([content.status, content.text]).toEqual([200, 'some notes'])
  const listed = await project.call('GET', '/files?tags[]=sample&limit=1')
  expect(listed.json).toHaveLength(1)
  expect((await project.call('DELETE', `/files/${fileId}`)).status).toBe(204)
  expect((await project.call('GET', `/files/${fileId}`)).json.code).toBe('storage.files.notFound')
}

async function changeTable(project: Project): Promise<void> {
  const filter = 'whereColumn=id&whereOperator=eq&whereValues[]=1'
  const deleted = await project.finished(await project.call('DELETE', `/tables/in.c-shop.orders/rows?${filter}`))
  expect(deleted).toMatchObject({ status: 'success', results: { deletedRows: 1 } })
  const added = await project.call('POST', '/tables/in.c-shop.orders/columns', { json: { name: 'city' } })
  expect((await project.finished(added)).status).toBe('success')
  const detail = await project.call('GET', '/tables/in.c-shop.orders')
  expect(detail.json).toMatchObject({ columns: ['id', 'name', 'city'], rowsCount: 2 })
}

async function deleteAll(project: Project): Promise<void> {
  const full = await project.call('DELETE', '/buckets/in.c-shop')
  expect([full.status, full.json.code]).toEqual([400, 'buckets.deleteNotEmpty'])
  const table = await project.call('DELETE', '/tables/in.c-shop.orders?async=true')
  expect((await project.finished(table)).status).toBe('success')
  const bucket = await project.call('DELETE', '/buckets/in.c-shop?force=true&async=true')
  expect((await project.finished(bucket)).status).toBe('success')
  expect((await project.call('GET', '/buckets')).json).toEqual([])
}
