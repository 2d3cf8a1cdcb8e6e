import type { FileInfo } from '@stowage/core'
import { expect, test } from 'vitest'
import { etagMetadataName, etagOf, keptEtag } from './object-etag.ts'

const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
const file = (more: Partial<FileInfo>): FileInfo => ({
  bucket: 'b',
  key: 'k',
  sizeBytes: 5,
  contentType: undefined,
  etag: 'e1',
  checksums: { crc32: '00000001' },
  metadata: {},
  tags: [],
  expiresAt: undefined,
  modifiedAt: new Date(0),
  ...more,
})
const withKept = (etag: string, sizeBytes: number, crc32: string | undefined, more: Partial<FileInfo> = {}): FileInfo =>
  file({ metadata: { [etagMetadataName]: keptEtag({ etag, sizeBytes, crc32 }) }, ...more })

test('a kept ETag counts for the content it was kept with', () => {
  expect(etagOf(withKept(md5, 5, '00000001'))).toBe(md5)
  expect(etagOf(withKept(`${md5}-12`, 5, '00000001'))).toBe(`${md5}-12`)
  expect(etagOf(withKept(md5, 5, undefined))).toBe(md5)
  expect(etagOf(withKept(md5, 5, '00000001', { checksums: {} }))).toBe(md5)
})

test('other content with the same metadata has another ETag', () => {
  for (const other of [withKept(md5, 6, '00000001'), withKept(md5, 5, '00000002')]) {
    expect(etagOf(other)).toMatch(/^[0-9a-f]{32}-1$/)
    expect(etagOf(other)).not.toContain(md5)
  }
})

test('an MD5 the storage keeps is the ETag', () => {
  expect(etagOf(file({ checksums: { md5 } }))).toBe(md5)
})

test('a file written through another door has an ETag that is no MD5 and changes with its version', () => {
  const first = etagOf(file({}))
  expect(first).toMatch(/^[0-9a-f]{32}-1$/)
  expect(etagOf(file({ modifiedAt: new Date(1) }))).toBe(first)
  expect(etagOf(file({ etag: 'e2' }))).not.toBe(first)
  const unversioned = etagOf(file({ etag: undefined }))
  expect(etagOf(file({ etag: undefined, modifiedAt: new Date(1) }))).not.toBe(unversioned)
})

test.each(['', 'x', `${md5}`, `${md5} five 00000001`, `<b> 5 -`])('metadata that is no ETag is none: %s', (text) => {
  expect(etagOf(file({ metadata: { [etagMetadataName]: text } }))).toMatch(/-1$/)
})
