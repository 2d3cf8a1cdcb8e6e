import { type Answer, created, noContent, ok } from '../answer.ts'
import type { Caller } from '../callers.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError, notFound } from '../keboola-error.ts'
import { parseFileQuery } from './file-query.ts'
import type { FileRecord } from './file-record.ts'
import { describeDownload, describeFile, describeUpload } from './file-shape.ts'

const daysOfUploads = 15
const mostContentBytes = 10 * 1024 * 1024
const refreshMs = 12 * 60 * 60 * 1000

/** `POST files/prepare`: creates a file, and says what to upload its bytes with. */
export async function prepareFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, caller, runId } = exchange
  const name = fields.requiredText('name')
  if (fields.flag('federationToken') !== true) {
    throw badRequest('Parameter "federationToken" must be true: uploads take temporary credentials only')
  }
  const record = await context.files.create({
    name,
    provider: context.settings.fileProvider,
    isSliced: fields.flag('isSliced') ?? false,
    isEncrypted: fields.flag('isEncrypted') ?? true,
    isPublic: fields.flag('isPublic') ?? false,
    sizeBytes: fields.count('sizeBytes') ?? null,
    tags: [...new Set(fields.texts('tags') ?? [])],
    maxAgeDays: fields.flag('isPermanent') === true ? null : daysOfUploads,
    runId: runId ?? null,
    creatorToken: { id: caller.id, description: caller.description },
  })
  return created({ ...describeFile(context, exchange, record), ...describeUpload(context, exchange, record) })
}

/** `PUT files/{id}/refresh`: gives new credentials for an upload that goes on, where those are short-lived. */
export async function refreshFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const record = find(context, exchange)
  if (record.provider !== 'gcp') throw badRequest('Only the credentials of files in Google storage are refreshed')
  if (context.clock.now() - record.createdMs > refreshMs) {
    throw new KeboolaError(422, 'storage.files.validation', 'Credentials are refreshed up to 12 hours after creation')
  }
  return ok({ ...describeFile(context, exchange, record), ...describeUpload(context, exchange, record) })
}

/** `GET files`: newest first. */
export async function listFiles(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, caller } = exchange
  const tags = fields.texts('tags')
  const runId = fields.text('runId')
  const sinceId = fields.count('sinceId') ?? 0
  const maxId = fields.count('maxId') ?? Number.POSITIVE_INFINITY
  const matches = parseFileQuery(fields.text('q') ?? '')
  const found = context.files
    .list(fields.flag('showExpired') ?? false)
    .filter((one) => one.id > sinceId && one.id < maxId && (runId === undefined || one.runId === runId))
    .filter((one) => caller.canReadAllFileUploads || one.creatorToken.id === caller.id)
    // Any of them: who wants all writes a query.
    .filter((one) => tags === undefined || tags.length === 0 || tags.some((tag) => one.tags.includes(tag)))
    .filter(matches)
  const offset = fields.count('offset') ?? 0
  const page = found.slice(offset, offset + (fields.count('limit') ?? 100))
  return ok(page.map((record) => describeFile(context, exchange, record)))
}

/** `GET files/{id}` */
export async function getFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const record = find(context, exchange)
  const isWithCredentials = exchange.fields.flag('federationToken') === true
  const download = isWithCredentials ? describeDownload(context, exchange, record) : {}
  return ok({ ...describeFile(context, exchange, record), ...download })
}

/** `GET files/{id}/content`: the bytes of a small plain file. */
export async function getFileContent(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const record = find(context, exchange)
  if (record.isSliced) throw badRequest('The content of a sliced file is in its slices: download those')
  const [part] = await context.files.open(record, exchange.signal)
  if (part === undefined || part.sizeBytes > mostContentBytes) {
    throw badRequest(`The file has more than ${mostContentBytes} bytes: download it by its URL`)
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of part.stream(exchange.signal)) chunks.push(chunk)
  return { status: 200, text: { type: 'application/octet-stream', body: Buffer.concat(chunks) } }
}

/** `DELETE files/{id}` */
export async function deleteFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id } = find(context, exchange)
  if (exchange.fields.flag('async') !== true) {
    await context.files.delete(id)
    return noContent
  }
  return answerJob(context, exchange, {
    operationName: 'fileDelete',
    operationParams: { fileId: id },
    queue: `file ${id}`,
    run: () => context.files.delete(id),
  })
}

/** `POST files/{id}/tags` */
export async function addTag(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id, tags } = find(context, exchange)
  const tag = exchange.fields.requiredText('tag')
  await context.files.update(id, { tags: [...new Set([...tags, tag])] })
  return noContent
}

/** `DELETE files/{id}/tags/{tag}` */
export async function deleteTag(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id, tags } = find(context, exchange)
  await context.files.update(id, { tags: tags.filter((tag) => tag !== exchange.names['tag']) })
  return noContent
}

function find(context: KeboolaContext, { names, caller }: Exchange): FileRecord {
  const record = context.files.get(names['file'] ?? '')
  if (record.isInternal === true) throw notFound('files', `File ${record.id} not found`)
  requireReadable(record, caller)
  return record
}

function requireReadable(record: FileRecord, caller: Caller): void {
  const isReadable = caller.canReadAllFileUploads || record.creatorToken.id === caller.id
  if (isReadable && record.isInternal !== true) return
  throw caller.denied(`You don't have access to file ${record.id}.`)
}

/** Refuses to import a file to those who may not read it. That there is none is for the job to find out. */
export function checkDataFile(context: KeboolaContext, fileId: string, caller: Caller): void {
  const record = context.files.find(fileId)
  if (record !== undefined) requireReadable(record, caller)
}
