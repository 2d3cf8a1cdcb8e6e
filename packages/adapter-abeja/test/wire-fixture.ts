import nock from 'nock'
import { afterEach, beforeEach } from 'vitest'
import { type AbejaClient, type AbejaOptions, createAbejaDriver } from '../src/index.ts'

/** Where nock answers. */
export const origin = 'https://api.abeja.test'

/** The organization of all samples. */
export const organization = '1402938475610'

const envelope = {
  organization_id: organization,
  organization_name: 'acme',
  created_at: '2020-01-07T02:00:00Z',
  updated_at: '2025-06-01T02:00:00Z',
}

/** The contract's channel. */
export const channel = {
  channel_id: '1519283746501',
  name: 'cam-east',
  display_name: 'cam-east',
  description: 'lobby',
  storage_type: 'datalake',
  archived: false,
  created_at: '2026-01-05T01:02:03Z',
  updated_at: '2026-01-05T01:02:03Z',
}

/** The contract's file of a channel. */
export const channelFile = {
  file_id: '20260311T094512-5f0c2b7e-8d14-4a6b-9a37-c1e2d3f4a5b6',
  content_type: 'image/png',
  metadata: { 'x-abeja-sys-meta-organizationid': organization, 'x-abeja-meta-filename': 'door%201.png' },
  uploaded_at: '2026-03-11T09:45:12+00:00',
  lifetime: null,
  url_expires_on: '2026-03-11T10:50:00+00:00',
  download_uri: 'https://signed.example/door?Signature=s',
  download_url: 'https://signed.example/door?Signature=s',
}

/** The contract's file of a bucket. */
export const bucketFile = {
  file_id: '/reports/2026/a.csv',
  is_file: true,
  size: 1204,
  etag: '"0cc175b9c0f1b6a831c399e269772661"',
  metadata: { 'x-abeja-meta-filename': 'reports/2026/a%20b.csv' },
  last_modified: '2026-03-11T09:45:12+00:00',
  uploaded_at: '2026-03-11T09:45:12+00:00',
  url_expires_on: '2026-03-11T10:45:12+00:00',
  download_uri: 'https://signed.example/a.csv?Signature=s',
}

/** Wraps a payload as answers of an organization are. */
export function inEnvelope(payload: object): object {
  return { ...envelope, ...payload }
}

/** Lets only nock answer, in every test of the file. */
export function useNock(): void {
  beforeEach(() => nock.disableNetConnect())
  afterEach(() => {
    nock.abortPendingRequests()
    nock.cleanAll()
    nock.enableNetConnect()
  })
}

/** Makes the client, with a user's credential. */
export function makeClient(options: AbejaOptions = {}): AbejaClient {
  const credential = { userId: '1112223334445', personalAccessToken: 'tok' }
  const place = { baseUrl: origin, organizationId: organization }
  return createAbejaDriver({ ...place, ...credential, ...options }, { environment: {} }).native
}

/** A request as the service saw it. */
export interface SeenRequest {
  /** Method and path with query. */
  readonly line: string
  /** Its headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Its body as text. */
  readonly body: string
}

/** Answers the next request, whatever it is, and notes it. */
export function answerNext(
  answer: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): SeenRequest[] {
  nock.cleanAll()
  const seen: SeenRequest[] = []
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    nock(origin)
      .intercept(/.*/, method)
      .reply(function (path, body) {
        const flat = Object.entries(this.req.headers).map(([name, value]) => [name, String(value)])
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        seen.push({
          line: `${method} ${path}`,
          headers: Object.fromEntries(flat) as Record<string, string>,
          body: text,
        })
        return [status, answer as nock.Body, headers]
      })
  return seen
}
