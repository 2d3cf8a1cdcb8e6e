import { expect, test } from 'vitest'
import { answerAll, failureOf, file, makeClient, token, useNock } from './wire-fixture.ts'

// URLs that the service gives are to be trusted no further than they lead to a file host.
useNock()

async function textOf(fileId: string): Promise<string> {
  const { body } = await makeClient().files.read(fileId)
  let text = ''
  for await (const chunk of body) text += String(Buffer.from(chunk))
  return text
}

test.each([
  'http://files.example/x',
  'ftp://files.example/x',
  'file:///etc/passwd',
  'https://localhost/x',
  'https://127.0.0.1/x',
  'https://[::1]/x',
  'https://user:pass@files.example/x',
  'x',
])('%s is not requested by a client of a real stack', async (url) => {
  const seen = answerAll([200, { ...file, url }])
  expect(await failureOf(makeClient().files.read('555'))).toMatchObject({ code: 'invalid-argument' })
  expect(seen).toHaveLength(1)
})

test('another host is, without the token', async () => {
  const seen = answerAll([200, file], [200, 'hello'])
  expect(await textOf('555')).toBe('hello')
  expect(seen[1]?.headers['host']).toBe('files.example')
  expect(JSON.stringify(seen[1])).not.toContain(token)
})

test('S3 is addressed by the bucket as host, with a certificate that fits', async () => {
  const credentials = { AccessKeyId: 'A', SecretAccessKey: 'B', SessionToken: 'C' }
  for (const [bucket, host] of [
    ['kbc-files', 'kbc-files.s3.eu-central-1.amazonaws.com'],
    ['kbc.files', 's3.eu-central-1.amazonaws.com'],
  ]) {
    const sliced = { ...file, isSliced: true, region: 'eu-central-1', credentials, s3Path: { bucket, key: 'k' } }
    const seen = answerAll([200, sliced], [200, { entries: [{ url: `s3://${bucket}/k1` }] }], [200, 'x'])
    await textOf('555')
    expect(seen[2]?.headers['host']).toBe(host)
    expect(JSON.stringify(seen[2])).not.toContain(token)
  }
})
