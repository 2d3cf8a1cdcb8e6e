import { createStorage, type File, type FileInfo, StorageError } from '@stowage/core'
import nock from 'nock'
import { expect, test } from 'vitest'
import { createAbejaDriver } from '../src/index.ts'
import { bucketFile, channelFile, organization, origin, useNock } from './wire-fixture.ts'

useNock()

const content = Buffer.from('content')
const signed = 'https://signed.example'

function openFile(bucket: string): File {
  const driver = createAbejaDriver(
    { baseUrl: origin, organizationId: organization, authToken: 't' },
    { environment: {} },
  )
  return createStorage(driver).bucket(bucket).file('a')
}

/** Gives the size of what was written, or the code of the failure. */
async function outcomeOf(work: Promise<{ readonly file: FileInfo }>): Promise<number | string> {
  return work.then(
    ({ file }) => file.sizeBytes,
    (error: unknown) => (StorageError.is(error) ? error.code : String(error)),
  )
}

/** Takes an upload and fails; gives the note that came with it. */
function loseUpload(path: RegExp): () => string {
  let mark = ''
  nock(origin)
    .post(path)
    .query(true)
    .reply(function () {
      mark = String(this.req.headers['x-abeja-meta-stowage'])
      return [502, 'bad gateway']
    })
  return () => mark
}

test.each([
  [content.byteLength, content.byteLength],
  [content.byteLength - 1, 'unavailable'],
])('a bucket that has %d of 7 bytes after a lost answer ends in %s', async (size, outcome) => {
  const mark = loseUpload(/\/files$/)
  nock(origin)
    .persist()
    .get(/\/files\/a$/)
    .reply(200, () => ({ ...bucketFile, file_id: '/a', size, metadata: { 'x-abeja-meta-stowage': mark() } }))
  expect(await outcomeOf(openFile('bucket:1').put(content))).toBe(outcome)
})

test.each([
  [content.byteLength, content.byteLength],
  [content.byteLength - 1, 'unavailable'],
])('a channel that has %d of 7 bytes after a lost answer ends in %s', async (size, outcome) => {
  const mark = loseUpload(/\/upload$/)
  const found = (): object => ({
    ...channelFile,
    metadata: { 'x-abeja-meta-stowage': mark(), 'x-abeja-meta-filename': 'a' },
  })
  nock(origin)
    .get(/^\/channels\/1$/)
    .query(({ q }) => String(q).startsWith('x-abeja-meta-filename'))
    .reply(200, { files: [], next_page_token: null })
    .get(/^\/channels\/1$/)
    .query(({ q }) => String(q).startsWith('x-abeja-meta-stowage'))
    .reply(200, () => ({ files: [found()], next_page_token: null }))
    .get(/^\/channels\/1\/2026/)
    .reply(200, () => found())
  const deleted = nock(origin)
    .delete(/^\/channels\/1\/2026/)
    .reply(200, { message: 'deleted' })
  nock(signed)
    .get(/^\/door/)
    .reply(206, 'c', { 'content-range': `bytes 0-0/${size}` })
  expect(await outcomeOf(openFile('channel:1').put(content))).toBe(outcome)
  // What is there in part must not be found by anybody.
  expect(deleted.isDone()).toBe(outcome === 'unavailable')
})
