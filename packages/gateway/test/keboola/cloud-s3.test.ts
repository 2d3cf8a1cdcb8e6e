import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Answered } from '../abeja/abeja-fixture.ts'
import { startFiles, type TestFiles } from './files-fixture.ts'

type Json = Answered['json']

const encrypted = { ServerSideEncryption: 'AES256', ACL: 'private' } as const

// The SDK takes its time from the server, whose headers have the computer's.
function startNow(): Promise<TestFiles> {
  return startFiles({}, Date.now())
}

/** A client with the credentials of an answer. */
function s3(keboola: TestFiles, { AccessKeyId, SecretAccessKey, SessionToken }: Json): S3Client {
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: keboola.url,
    forcePathStyle: true,
    maxAttempts: 1,
    systemClockOffset: keboola.clock.now() - Date.now(),
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  })
  onTestFinished(() => client.destroy())
  return client
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'success',
    (error: Error) => error.name,
  )

describe('files in S3', () => {
  it('are uploaded with the credentials of the answer and downloaded by their URL', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare()
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    await s3(keboola, credentials).send(new PutObjectCommand({ Bucket, Key, Body: 'id,name\n1,Ann\n', ...encrypted }))
    const { url } = (await keboola.call('GET', `files/${file.id}`)).json
    const { status, headers, body } = await keboola.call('GET', url as string)
    expect(status).toBe(200)
    expect(body.toString()).toBe('id,name\n1,Ann\n')
    expect(headers['content-disposition']).toBe('attachment; filename="orders.csv"')
    expect((await keboola.call('GET', `files/${file.id}/content`)).body.toString()).toBe('id,name\n1,Ann\n')
  })

  it('are uploaded in parts, and downloaded with credentials for reading', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare({ name: 'big.bin' })
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'abcdefg')
    const params = { Bucket, Key, Body: bytes, ...encrypted }
    await new Upload({ client: s3(keboola, credentials), params, partSize: 5 * 1024 * 1024 }).done()
    const { json } = await keboola.call('GET', `files/${file.id}?federationToken=1`)
    const reader = s3(keboola, json.credentials)
    const place = { Bucket: json.s3Path.bucket as string, Key: json.s3Path.key as string }
    const head = await reader.send(new HeadObjectCommand(place))
    expect(head.ContentLength).toBe(bytes.length)
    const part = await reader.send(new GetObjectCommand({ ...place, Range: 'bytes=10-20', IfMatch: head.ETag }))
    expect(await part.Body?.transformToString()).toBe(bytes.subarray(10, 21).toString())
  })

  it('are written by nobody without encryption where that was asked for', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare({ isEncrypted: true })
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    const client = s3(keboola, credentials)
    expect(await codeOf(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })))).toBe('AccessDenied')
    expect(await codeOf(client.send(new CreateMultipartUploadCommand({ Bucket, Key })))).toBe('AccessDenied')
    const plain = await keboola.prepare({ isEncrypted: false })
    const { uploadParams } = plain
    expect(uploadParams).not.toHaveProperty('x-amz-server-side-encryption')
    const put = new PutObjectCommand({ Bucket, Key: uploadParams.key, Body: 'x' })
    expect(await codeOf(s3(keboola, uploadParams.credentials).send(put))).toBe('success')
  })

  it('are out of reach of credentials for another file, or for the other direction', async () => {
    const keboola = await startNow()
    const [mine, other] = [await keboola.prepare(), await keboola.prepare()]
    const { bucket: Bucket, key: Key, credentials } = mine.uploadParams
    const writer = s3(keboola, credentials)
    const put = (key: string): Promise<string> =>
      codeOf(writer.send(new PutObjectCommand({ Bucket, Key: key, Body: 'x', ...encrypted })))
    expect(await put(Key as string)).toBe('success')
    expect(await put(other.uploadParams.key as string)).toBe('AccessDenied')
    expect(await put(`${Key}x`)).toBe('AccessDenied')
    expect(await put('free')).toBe('AccessDenied')
    expect(await codeOf(writer.send(new GetObjectCommand({ Bucket, Key })))).toBe('AccessDenied')
    expect(await codeOf(writer.send(new DeleteObjectCommand({ Bucket, Key })))).toBe('AccessDenied')
    expect(await codeOf(writer.send(new ListObjectsV2Command({ Bucket })))).toBe('AccessDenied')
    const { json } = await keboola.call('GET', `files/${mine.id}?federationToken=1`)
    const reader = s3(keboola, json.credentials)
    expect(await codeOf(reader.send(new GetObjectCommand({ Bucket, Key })))).toBe('success')
    expect(await codeOf(reader.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...encrypted })))).toBe(
      'AccessDenied',
    )
    expect(await codeOf(reader.send(new GetObjectCommand({ Bucket, Key: other.uploadParams.key })))).toBe(
      'AccessDenied',
    )
  })

  it('in slices are written below their key, with a manifest that their URL leads to', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare({ isSliced: true })
    const { bucket: Bucket, key, credentials } = file.uploadParams
    const client = s3(keboola, credentials)
    const manifest = { entries: [{ url: `s3://${Bucket}/${key}slice001` }] }
    const objects = { slice001: '1,Ann\n', manifest: JSON.stringify(manifest) }
    for (const [name, Body] of Object.entries(objects)) {
      await client.send(new PutObjectCommand({ Bucket, Key: `${key}${name}`, Body, ...encrypted }))
    }
    const { json } = await keboola.call('GET', `files/${file.id}?federationToken=1`)
    expect(json.isSliced).toBe(true)
    expect((await keboola.call('GET', json.url as string)).body.toString()).toBe(JSON.stringify(manifest))
    const slice = new GetObjectCommand({ Bucket, Key: `${json.s3Path.key}slice001` })
    expect(await (await s3(keboola, json.credentials).send(slice)).Body?.transformToString()).toBe('1,Ann\n')
    expect((await keboola.call('GET', `files/${file.id}/content`)).status).toBe(400)
  })

  it('are gone from their URL when they are deleted, and can not come back', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare()
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    const client = s3(keboola, credentials)
    const put = (): Promise<string> =>
      codeOf(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...encrypted })))
    await put()
    const { url } = (await keboola.call('GET', `files/${file.id}`)).json
    expect((await keboola.call('GET', url as string)).status).toBe(200)
    await keboola.call('DELETE', `files/${file.id}`)
    expect((await keboola.call('GET', url as string)).status).toBe(404)
    expect(await put()).toBe('AccessDenied')
  })

  it('have URLs for an hour and credentials for twelve', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare()
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    const put = (): Promise<string> =>
      codeOf(s3(keboola, credentials).send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...encrypted })))
    await put()
    const { url } = (await keboola.call('GET', `files/${file.id}`)).json
    await keboola.clock.advance(3601 * 1000)
    expect((await keboola.call('GET', url as string)).status).toBe(403)
    expect(await put()).toBe('success')
    await keboola.clock.advance(11 * 3600 * 1000)
    expect(await put()).toBe('ExpiredToken')
  })

  it('have URLs and credentials that can be made to expire', async () => {
    const keboola = await startNow()
    const file = await keboola.prepare()
    const { bucket: Bucket, key: Key, credentials } = file.uploadParams
    const put = (given: Json): Promise<string> =>
      codeOf(s3(keboola, given).send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...encrypted })))
    await put(credentials)
    const { url } = (await keboola.call('GET', `files/${file.id}`)).json
    keboola.expireUrls()
    expect((await keboola.call('GET', url as string)).status).toBe(403)
    expect(await put(credentials)).toBe('ExpiredToken')
    expect(await put({ ...credentials, SessionToken: 'forged.token' })).toBe('InvalidToken')
    expect(await put({ ...credentials, SecretAccessKey: 'guessed' })).toBe('SignatureDoesNotMatch')
  })
})

describe('files in Google storage', () => {
  it('are uploaded and downloaded with a bearer token', async () => {
    const keboola = await startFiles({ fileProvider: 'gcp' })
    const file = await keboola.prepare()
    expect(file.provider).toBe('gcp')
    const { bucket, key, access_token, expires_in, token_type } = file.gcsUploadParams
    expect([expires_in, token_type]).toEqual([3600, 'Bearer'])
    const url = `${keboola.url}/${bucket}/${key}`
    const authorization = `Bearer ${access_token}`
    expect((await keboola.call('PUT', url, { body: 'a,b\n', authorization })).status).toBe(200)
    expect((await keboola.call('GET', url, { authorization })).status).toBe(403)
    const { json } = await keboola.call('GET', `files/${file.id}?federationToken=1`)
    expect(json.gcsPath).toEqual({ bucket, key })
    const reading = { authorization: `Bearer ${json.gcsCredentials.access_token}` }
    expect((await keboola.call('GET', url, reading)).body.toString()).toBe('a,b\n')
    expect((await keboola.call('GET', json.url as string)).body.toString()).toBe('a,b\n')
    expect((await keboola.call('PUT', url, { body: 'x', authorization: 'Bearer x' })).status).toBe(400)
    expect((await keboola.call('PUT', url, { body: 'x' })).status).toBe(403)
  })

  it('have credentials for an hour that are refreshed for twelve', async () => {
    const keboola = await startFiles({ fileProvider: 'gcp' })
    const file = await keboola.prepare()
    const { bucket, key, access_token } = file.gcsUploadParams
    const put = async (token: string): Promise<number> =>
      (await keboola.call('PUT', `${keboola.url}/${bucket}/${key}`, { body: 'x', authorization: `Bearer ${token}` }))
        .status
    await keboola.clock.advance(3600 * 1000)
    expect(await put(access_token as string)).toBe(400)
    const { status, json } = await keboola.call('PUT', `files/${file.id}/refresh`)
    expect(status).toBe(200)
    expect(await put(json.gcsUploadParams.access_token as string)).toBe(200)
    await keboola.clock.advance(12 * 3600 * 1000)
    expect((await keboola.call('PUT', `files/${file.id}/refresh`)).status).toBe(422)
  })

  it('are the only ones whose credentials are refreshed', async () => {
    const keboola = await startFiles()
    const file = await keboola.prepare()
    expect((await keboola.call('PUT', `files/${file.id}/refresh`)).status).toBe(400)
  })
})
