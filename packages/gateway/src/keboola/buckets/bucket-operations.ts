import type { BucketOptions } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import { type Answer, created, noContent, ok } from '../answer.ts'
import { readInclude } from '../include.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest, type KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { forgetMetadata } from '../metadata/metadata-items.ts'
import type { RequestFields } from '../request-fields.ts'
import { dropTable } from '../tables/drop-table.ts'
import { tableIncludes, tableShapes } from '../tables/table-shape.ts'
import type { BucketRecord } from './bucket-record.ts'
import { bucketShape } from './bucket-shape.ts'

const none: ReadonlySet<string> = new Set()

/** Finds the bucket of a path; fails without it, and for who may not do that with it. */
export function bucketOf(
  context: KeboolaContext,
  { names, caller }: Pick<Exchange, 'names' | 'caller'>,
  permission: 'read' | 'write' | 'manage',
): BucketRecord {
  const bucket = context.buckets.get(names['bucket'] ?? '')
  caller.require(permission, bucket.id)
  return bucket
}

/** `GET buckets` */
export async function listBuckets(context: KeboolaContext, { fields, caller, address }: Exchange): Promise<Answer> {
  const include = readInclude(fields, ['metadata', 'linkedBuckets', 'attributes'], ['attributes'])
  const buckets = context.buckets.list().filter(({ id }) => caller.may('read', id))
  return ok(buckets.map((bucket) => bucketShape(context, bucket, address, include)))
}

/** `GET buckets/{id}` */
export async function getBucket(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const bucket = bucketOf(context, exchange, 'read')
  const include = readInclude(exchange.fields, tableIncludes, ['metadata'])
  const tables = tableShapes(context, context.tables.list(bucket.id), exchange.address, include)
  return ok({ ...bucketShape(context, bucket, exchange.address, new Set(['metadata'])), tables })
}

const code = 'storage.buckets.validation'

/** `POST buckets` */
export async function createBucket(context: KeboolaContext, { fields, caller, address }: Exchange): Promise<Answer> {
  caller.requireBucketManager()
  const bucket = readNewBucket(context, fields.refusing(code))
  const { id, displayName, description } = bucket
  return context.jobs.inQueue(`buckets/${id}`, async () => {
    if (context.buckets.find(id) !== undefined) throw taken(id)
    await createStored(context, id, { displayName, description })
    await context.buckets.put(bucket)
    return created(bucketShape(context, bucket, address, none))
  })
}

function readNewBucket(context: KeboolaContext, fields: RequestFields): BucketRecord {
  const name = fields.requiredText('name')
  if (!/^[A-Za-z0-9_-]{1,94}$/.test(name)) {
    const shown = name.slice(0, 100)
    throw badRequest(`"${shown}" can not be the name of a bucket: only letters, digits, dashes and underscores`, code)
  }
  const stage = fields.text('stage') ?? 'in'
  if (!['in', 'out', 'sys'].includes(stage)) throw badRequest('The stage of a bucket must be "in" or "out"', code)
  return {
    id: `${stage}.c-${name}`,
    stage,
    name: `c-${name}`,
    displayName: readDisplayName(context, fields) ?? name,
    description: fields.text('description') ?? '',
    color: fields.text('color') ?? null,
    createdMs: context.clock.now(),
    updatedMs: null,
    lastChangeMs: null,
  }
}

// Somebody may have created it in the storage since the gateway started.
async function createStored(context: KeboolaContext, id: string, options: BucketOptions): Promise<void> {
  try {
    await context.storage.bucket(id).create(options)
  } catch (error) {
    throw StorageError.is(error, 'already-exists') ? taken(id) : error
  }
}

function readDisplayName(context: KeboolaContext, fields: RequestFields, ownId?: string): string | undefined {
  const displayName = fields.text('displayName')
  if (displayName === undefined) return undefined
  if (!/^[A-Za-z0-9-][A-Za-z0-9_-]{0,95}$/.test(displayName)) {
    const message =
      'Invalid data - displayName: Only alphanumeric characters, dash and underscores are allowed. Underscore is not allowed on the beginning.'
    throw badRequest(message, code)
  }
  const isTaken = context.buckets.list().some((one) => one.id !== ownId && one.displayName === displayName)
  if (isTaken) {
    throw badRequest(`The display name "${displayName}" already exists in project.`, 'storage.buckets.alreadyExists')
  }
  return displayName
}

function taken(id: string): KeboolaError {
  return badRequest(`The bucket ${id} already exists`, 'storage.buckets.alreadyExists')
}

/** `PUT buckets/{id}` */
export async function updateBucket(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id } = bucketOf(context, exchange, 'manage')
  const { fields, address } = exchange
  const displayName = readDisplayName(context, fields.refusing(code), id)
  const color = fields.text('color')
  const update = async (): Promise<Record<string, unknown>> => {
    const change = { ...(displayName === undefined ? {} : { displayName }), ...(color === undefined ? {} : { color }) }
    await context.buckets.change(id, { ...change, updatedMs: context.clock.now() })
    if (displayName !== undefined && context.storage.supports('buckets.update')) {
      await context.storage.bucket(id).update({ displayName })
    }
    return bucketShape(context, context.buckets.get(id), address, none)
  }
  const work = { operationName: 'bucketUpdate', operationParams: { displayName, color }, bucketId: id }
  if (fields.flag('async') === true)
    return answerJob(context, exchange, { ...work, queue: `buckets/${id}`, run: update })
  return ok(await context.jobs.inQueue(`buckets/${id}`, update))
}

/** `DELETE buckets/{id}` */
export async function deleteBucket(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  exchange.caller.requireBucketManager()
  const { id } = bucketOf(context, exchange, 'manage')
  const force = exchange.fields.flag('force') === true
  const run = async (): Promise<null> => {
    await dropBucket(context, id, force)
    return null
  }
  const work = { operationName: 'bucketDelete', operationParams: { force }, bucketId: id, queue: `buckets/${id}`, run }
  if (exchange.fields.flag('async') === true) return answerJob(context, exchange, work)
  await context.jobs.inQueue(work.queue, run)
  return noContent
}

async function dropBucket(context: KeboolaContext, id: string, force: boolean): Promise<void> {
  context.buckets.get(id)
  const tables = context.tables.all(id)
  if (tables.length > 0 && !force) {
    throw badRequest('Only empty buckets can be deleted. There are tables in this bucket.', 'buckets.deleteNotEmpty')
  }
  for (const { id: tableId } of tables) {
    await context.jobs.inQueue(`tables/${tableId}`, () => dropTable(context, tableId, true))
  }
  await deleteStored(context, id, force)
  await context.buckets.delete(id)
  await forgetMetadata(context, 'bucket', id)
}

async function deleteStored(context: KeboolaContext, id: string, force: boolean): Promise<void> {
  try {
    await context.storage.bucket(id).delete({ force })
  } catch (error) {
    if (!StorageError.is(error, 'not-found')) throw error
  }
}

/** `GET buckets/{id}/tables` */
export async function listBucketTables(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id } = bucketOf(context, exchange, 'read')
  const include = readInclude(exchange.fields, tableIncludes, ['metadata'])
  return ok(tableShapes(context, context.tables.list(id), exchange.address, include))
}
