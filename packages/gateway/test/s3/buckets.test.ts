import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { send } from './raw-request.ts'
import { startS3 } from './s3-fixture.ts'

const status = (code: number) => ({ $metadata: { httpStatusCode: code } })

function publicPolicy(bucket: string): string {
  const arn = `arn:aws:s3:::${bucket}`
  const allow = { Effect: 'Allow', Principal: '*' }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { ...allow, Action: 's3:GetObject', Resource: `${arn}/*` },
      { ...allow, Action: 's3:ListBucket', Resource: arn },
    ],
  })
}

describe('buckets', () => {
  test('are created, also again, looked at, listed and deleted', async () => {
    const { client } = await startS3()
    const Bucket = 'new-bucket.1'
    await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
      ...status(404),
    })
    await client.send(new CreateBucketCommand({ Bucket }))
    await client.send(new CreateBucketCommand({ Bucket }))
    expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' })
    const { Buckets } = await client.send(new ListBucketsCommand({}))
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['bucket', Bucket, 'public-bucket'])
    expect(Buckets?.[0]?.CreationDate).toBeInstanceOf(Date)
    expect((await client.send(new DeleteBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(204)
    await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  test('with objects in them stay', async () => {
    const { client } = await startS3()
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'a', Body: 'x' }))
    const refused = { name: 'BucketNotEmpty', ...status(409) }
    await expect(client.send(new DeleteBucketCommand({ Bucket: 'bucket' }))).rejects.toMatchObject(refused)
  })

  test.each(['ab', 'Upper-Case', 'a_b', '-a', 'a'.repeat(64)])('are not created with a bad name: %s', async (name) => {
    const { client, storage } = await startS3()
    const creation = client.send(new CreateBucketCommand({ Bucket: name }))
    await expect(creation).rejects.toMatchObject({ name: 'InvalidBucketName' })
    expect(await storage.bucket(name).exists()).toBe(false)
  })

  test('are in the region of the service', async () => {
    const { client } = await startS3()
    expect((await client.send(new GetBucketLocationCommand({ Bucket: 'bucket' }))).LocationConstraint).toBeUndefined()
    const constraint = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } as const }
    const creation = client.send(new CreateBucketCommand({ Bucket: 'new-bucket', ...constraint }))
    await expect(creation).rejects.toMatchObject({ name: 'InvalidLocationConstraint' })
    const other = await startS3({ region: 'eu-west-1' })
    const there = other.makeClient({ region: 'eu-west-1' })
    await there.send(new CreateBucketCommand({ Bucket: 'new-bucket', ...constraint }))
    const location = await there.send(new GetBucketLocationCommand({ Bucket: 'bucket' }))
    expect(location.LocationConstraint).toBe('eu-west-1')
  })

  test('have no versions', async () => {
    const { client } = await startS3()
    expect((await client.send(new GetBucketVersioningCommand({ Bucket: 'bucket' }))).Status).toBeUndefined()
  })

  test('may have another name in the storage, and those without one are not seen', async () => {
    const bucketName = {
      toStorage: (name: string) => /^space-(.+)-x$/.exec(name)?.[1],
      fromStorage: (name: string) => (name === 'bucket' ? undefined : `space-${name}-x`),
    }
    const { client, storage, url } = await startS3({ bucketName, isPublic: (name) => name === 'space-public-bucket-x' })
    await client.send(new PutObjectCommand({ Bucket: 'space-public-bucket-x', Key: 'a', Body: 'x' }))
    expect(await storage.bucket('public-bucket').file('a').text()).toBe('x')
    const { Buckets } = await client.send(new ListBucketsCommand({}))
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['space-public-bucket-x'])
    const listed = await send(`${url}/space-public-bucket-x`)
    expect(listed.body.toString()).toContain('<Name>space-public-bucket-x</Name>')
    const missing = client.send(new ListObjectsV2Command({ Bucket: 'public-bucket' }))
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchBucket' })
    const creation = client.send(new CreateBucketCommand({ Bucket: 'another' }))
    await expect(creation).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  test('may be named by the host', async () => {
    const { storage, url, port } = await startS3()
    await storage.bucket('public-bucket').file('a/b').put('x')
    const headers = { host: `public-bucket.localhost:${port}` }
    expect((await send(`${url}/a/b`, { headers })).body.toString()).toBe('x')
    expect((await send(`${url}/`, { headers })).body.toString()).toContain('<Key>a/b</Key>')
  })
})

describe('anybody', () => {
  test('may read and list public buckets, and nothing else', async () => {
    const { storage, url } = await startS3()
    for (const name of ['bucket', 'public-bucket']) await storage.bucket(name).file('a').put('x')
    expect((await send(`${url}/public-bucket/a`)).body.toString()).toBe('x')
    expect((await send(`${url}/public-bucket/a`, { method: 'HEAD' })).status).toBe(200)
    for (const path of [
      '/public-bucket',
      '/public-bucket/',
      '/public-bucket?list-type=2',
      '/public-bucket/?prefix=a',
    ]) {
      expect((await send(url + path)).body.toString()).toContain('<Key>a</Key>')
    }
    expect((await send(`${url}/public-bucket`, { method: 'HEAD' })).status).toBe(200)
    const missing = await send(`${url}/public-bucket/missing`)
    expect([missing.status, missing.code]).toEqual([404, 'NoSuchKey'])
    const refused = [
      ['PUT', '/public-bucket/a'],
      ['DELETE', '/public-bucket/a'],
      ['POST', '/public-bucket?delete'],
      ['POST', '/public-bucket/a?uploads'],
      ['PUT', '/public-bucket?policy'],
      ['GET', '/public-bucket?policy'],
      ['GET', '/public-bucket?acl'],
      ['GET', '/public-bucket?uploads'],
      ['DELETE', '/public-bucket'],
      ['PUT', '/another-bucket'],
      ['GET', '/bucket/a'],
      ['GET', '/bucket/missing'],
      ['HEAD', '/bucket/a'],
      ['GET', '/bucket'],
      ['GET', '/no-such-bucket'],
      ['GET', '/'],
    ] as const
    for (const [method, path] of refused) {
      const answer = await send(url + path, { method, body: method === 'GET' || method === 'HEAD' ? '' : '<x/>' })
      expect([method, path, answer.status]).toEqual([method, path, 403])
      expect(answer.code).toBe(method === 'HEAD' ? undefined : 'AccessDenied')
    }
    expect(await storage.bucket('public-bucket').file('a').text()).toBe('x')
  })

  test('may read a bucket whose policy says so, until it is taken away', async () => {
    const { client, storage, url } = await startS3()
    const Bucket = 'bucket'
    await storage.bucket(Bucket).file('a').put('x')
    await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucketPolicy',
    })
    const Policy = publicPolicy(Bucket)
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy)
    expect((await send(`${url}/bucket/a`)).status).toBe(200)
    expect((await send(`${url}/bucket`)).status).toBe(200)
    expect((await send(`${url}/bucket/a`, { method: 'PUT', body: 'y' })).status).toBe(403)
    await client.send(new DeleteBucketPolicyCommand({ Bucket }))
    expect((await send(`${url}/bucket/a`)).status).toBe(403)
    const other = client.send(new PutBucketPolicyCommand({ Bucket, Policy: publicPolicy('other') }))
    await expect(other).rejects.toMatchObject({ name: 'NotImplemented' })
    const nowhere = client.send(new PutBucketPolicyCommand({ Bucket: 'missing', Policy: publicPolicy('missing') }))
    await expect(nowhere).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  test('may read a bucket whose access control list says so, until it does not', async () => {
    const { client, storage, url } = await startS3()
    const Bucket = 'bucket'
    await storage.bucket(Bucket).file('a').put('x')
    await client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
    expect((await send(`${url}/bucket/a`)).status).toBe(200)
    const { Grants, Owner } = await client.send(new GetBucketAclCommand({ Bucket }))
    expect(Grants?.map(({ Permission }) => Permission)).toEqual(['FULL_CONTROL', 'READ'])
    await client.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
    expect((await send(`${url}/bucket/a`)).status).toBe(403)
    await client.send(new PutBucketAclCommand({ Bucket, AccessControlPolicy: { Grants, Owner } }))
    expect((await send(`${url}/bucket/a`)).status).toBe(200)
    const more = client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read-write' }))
    await expect(more).rejects.toMatchObject({ name: 'NotImplemented' })
    expect((await send(`${url}/bucket/a`, { method: 'PUT', body: 'y' })).status).toBe(403)
  })

  test('may not read a bucket that took the name of a public one', async () => {
    const { client, url } = await startS3()
    const named = { Bucket: 'fresh-bucket' }
    await client.send(new CreateBucketCommand({ ...named, ACL: 'public-read' }))
    await client.send(new PutBucketPolicyCommand({ ...named, Policy: publicPolicy(named.Bucket) }))
    expect((await send(`${url}/fresh-bucket`)).status).toBe(200)
    await client.send(new DeleteBucketCommand(named))
    await client.send(new CreateBucketCommand(named))
    expect((await send(`${url}/fresh-bucket`)).status).toBe(403)
  })
})

test('an error tells what is wrong, where, and in which request', async () => {
  const { url } = await startS3()
  const answer = await send(`${url}/public-bucket/a%26b`)
  expect(answer.headers['content-type']).toBe('application/xml')
  const text = answer.body.toString()
  expect(text).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>[^<]+<\/Message>/,
  )
  expect(text).toContain('<Key>a&amp;b</Key>')
  expect(text).toContain(`<RequestId>${answer.headers['x-amz-request-id']}</RequestId>`)
})
