/**
 * The server all sides talk to, in a process of its own: as much of the Storage API and of S3 as they use, without signatures, so that it
 * isn't what is measured. Slices are made when they are first asked for; of uploads only the length is kept. It ends with its input.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serve } from '../harness/serve.ts'
import { bucketName, columns, csvOfSlice, rowsOf, sliceCount, slicePath } from './measured-table.ts'

const storageBucket = 'kbc-files'
const time = '2026-11-21T12:00:00+0100'
const slices = new Map<string, Buffer>()
const parts = new Map<string, number>()
/** Which table each export is of, by the id of its file. */
const exports = new Map<string, string>()
let nextFileId = 1
let uploadedBytes = 0

function sliceAt(path: string): Buffer | undefined {
  const [, table = '', slice = ''] = /\/slices\/([^/]+)\/(\d+)\.csv$/.exec(path) ?? []
  if (table === '') return undefined
  const name = `${table} ${slice}`
  const csv = slices.get(name) ?? csvOfSlice(rowsOf(table), Number(slice))
  slices.set(name, csv)
  return csv
}

function answer(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'application/xml' : 'application/json'
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function receive(request: IncomingMessage, done: (sizeBytes: number) => void): void {
  let sizeBytes = 0
  request.on('data', (chunk: Buffer) => (sizeBytes += chunk.byteLength)).on('end', () => done(sizeBytes))
}

function describeTable(table: string): object {
  const facts = { id: `${bucketName}.${table}`, name: table, displayName: table, isAlias: false, isTyped: false }
  const times = { created: time, lastImportDate: time, lastChangeDate: time }
  return {
    ...facts,
    ...times,
    columns,
    primaryKey: table.startsWith('keyed-') ? columns.slice(0, 1) : [],
    rowsCount: rowsOf(table),
    dataSizeBytes: 1,
  }
}

/** A job that is done when it is submitted: waiting is nobody's speed. */
function doneJob(operationName: string, table: string, results: object): object {
  const facts = { id: 1, status: 'success', operationName, tableId: `${bucketName}.${table}`, createdTime: time }
  return { ...facts, startTime: time, endTime: time, runId: null, operationParams: {}, results }
}

function describeFile(id: string, host: string): object {
  const table = exports.get(id)
  const place = { bucket: storageBucket, key: `exports/${id}` }
  const credentials = { AccessKeyId: 'AKIA', SecretAccessKey: 'secret', SessionToken: 'session' }
  const facts = { id: Number(id), name: `${table ?? 'upload'}.csv`, created: time, isSliced: table !== undefined }
  const url = `http://${host}/manifests/${id}`
  return { ...facts, provider: 'aws', region: 'us-east-1', tags: [], sizeBytes: 1, url, credentials, s3Path: place }
}

function prepare(response: ServerResponse, host: string): void {
  const id = String((nextFileId += 1))
  const credentials = { AccessKeyId: 'AKIA', SecretAccessKey: 'secret', SessionToken: 'session' }
  const uploadParams = { bucket: storageBucket, key: `uploads/${id}`, acl: 'private', credentials }
  answer(response, 200, { ...describeFile(id, host), uploadParams })
}

function submit(response: ServerResponse, table: string, action: string): void {
  if (action === 'import-async')
    return answer(response, 202, doneJob('tableImport', table, { importedRowsCount: rowsOf(table) }))
  const id = String((nextFileId += 1))
  exports.set(id, table)
  answer(response, 202, doneJob('tableExport', table, { file: { id: Number(id) } }))
}

function sendManifest(response: ServerResponse, id: string): void {
  const table = exports.get(id) ?? ''
  const entries = Array.from({ length: sliceCount }, (_, slice) => ({
    url: `s3://${storageBucket}${slicePath(table, slice)}`,
  }))
  answer(response, 200, { entries })
}

function sendSlice(response: ServerResponse, csv: Buffer): void {
  response.writeHead(200, { 'content-length': csv.byteLength, etag: '"stub-1"' })
  response.end(csv)
}

/** What is put counts when it is whole: an upload in parts when it is completed. */
function takePut(request: IncomingMessage, response: ServerResponse, path: string, isPart: boolean): void {
  receive(request, (sizeBytes) => {
    if (isPart) parts.set(path, (parts.get(path) ?? 0) + sizeBytes)
    else uploadedBytes = sizeBytes
    response.writeHead(200, { etag: '"stub-1"', 'content-length': 0 })
    response.end()
  })
}

function takePost(request: IncomingMessage, response: ServerResponse, path: string, isBegun: boolean): void {
  receive(request, () => {
    if (!isBegun) return answer(response, 200, '<I><UploadId>1</UploadId></I>')
    uploadedBytes = parts.get(path) ?? 0
    parts.delete(path)
    answer(response, 200, '<C><ETag>"stub-1"</ETag></C>')
  })
}

function answerApi(request: IncomingMessage, response: ServerResponse, place: readonly string[]): void {
  const [subject, id = '', action = ''] = place
  const host = request.headers.host ?? ''
  request.resume()
  if (request.method === 'DELETE') return answer(response, 202, doneJob('fileDelete', '', {}))
  if (subject === 'files')
    return id === 'prepare' ? prepare(response, host) : answer(response, 200, describeFile(id, host))
  const table = id.slice(bucketName.length + 1)
  return action === '' ? answer(response, 200, describeTable(table)) : submit(response, table, action)
}

serve((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const place = pathname.slice(1).split('/')
  if (pathname.startsWith('/v2/storage/')) return answerApi(request, response, place.slice(2))
  if (pathname === '/uploaded') return answer(response, 200, { uploadedBytes })
  if (place[0] === 'manifests') return sendManifest(response, place[1] ?? '')
  if (request.method === 'PUT') return takePut(request, response, pathname, searchParams.has('partNumber'))
  if (request.method === 'POST') return takePost(request, response, pathname, searchParams.has('uploadId'))
  const csv = sliceAt(pathname)
  return csv === undefined ? answer(response, 404, '<Error/>') : sendSlice(response, csv)
})
