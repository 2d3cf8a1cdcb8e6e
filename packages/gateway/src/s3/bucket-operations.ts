import { StorageError } from '@stowage/core/driver'
import { aclIsReadable, publicAcls, readAcl, writeAcl } from './bucket-acl.ts'
import { readPolicy } from './bucket-policy.ts'
import { listedTime, owner } from './list-objects.ts'
import { RequestBody } from './request-body.ts'
import { bucketOf, type Exchange, type Operation, type S3Context } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import { bucketExists } from './storage-failure.ts'
import { childrenOf, readXml, textOf } from './xml-reader.ts'
import { element, textElement, xmlDocument } from './xml-writer.ts'

/** ListBuckets. */
export const listBuckets: Operation = async ({ storage, names }, { response, signal }) => {
  const buckets: string[] = []
  for await (const { name, createdAt } of storage.buckets({ signal })) {
    const shown = names.fromStorage(name)
    if (shown === undefined) continue
    buckets.push(element('Bucket', textElement('Name', shown), textElement('CreationDate', listedTime(createdAt))))
  }
  response.xml(xmlDocument('ListAllMyBucketsResult', element('Owner', owner), element('Buckets', ...buckets)))
}

/** CreateBucket: success also for one that is there already. */
export const createBucket: Operation = async (context, exchange) => {
  const { request, response, signal } = exchange
  const { bucket: name } = request
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    throw new S3Error('InvalidBucketName', { fields: { BucketName: name } })
  const isReadable = aclIsReadable(request.header('x-amz-acl'))
  await checkLocation(context, exchange)
  if (context.names.toStorage(name) === undefined) {
    throw new S3Error('AccessDenied', { message: 'No bucket of that name can be created here' })
  }
  try {
    await bucketOf(context, name).create({ signal })
  } catch (error) {
    // Where buckets can't be created, those that are there have been.
    const isUnsupported = StorageError.is(error, 'unsupported') && context.storage.supports('buckets.get')
    const isThere = StorageError.is(error, 'already-exists') || (isUnsupported && (await bucketExists(context, name)))
    if (!isThere) throw error
  }
  if (isReadable !== undefined) context.access.setReadable(name, isReadable)
  response.empty(200, { Location: `/${name}` })
}

/** HeadBucket. */
export const headBucket: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  response.begin(200, { 'x-amz-bucket-region': context.region })
  response.raw.end()
}

/** DeleteBucket: only of an empty one. */
export const deleteBucket: Operation = async (context, { request, response, signal }) => {
  try {
    await bucketOf(context, request.bucket).delete({ signal })
  } catch (error) {
    throw StorageError.is(error, 'conflict') ? new S3Error('BucketNotEmpty', {}, error) : error
  }
  context.access.forget(request.bucket)
  await context.uploads.abortBucket(request.bucket)
  response.empty(204)
}

/** GetBucketLocation; the first region has no name there. */
export const getBucketLocation: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  response.xml(xmlDocument('LocationConstraint', context.region === 'us-east-1' ? '' : context.region))
}

/** GetBucketVersioning: there are no versions. */
export const getBucketVersioning: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  response.xml(xmlDocument('VersioningConfiguration'))
}

/** GetBucketPolicy. */
export const getBucketPolicy: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  const text = context.access.policyOf(request.bucket)
  if (text === undefined) throw new S3Error('NoSuchBucketPolicy', { fields: { BucketName: request.bucket } })
  response.json(text)
}

/** PutBucketPolicy, as far as it lets anybody read. */
export const putBucketPolicy: Operation = async (context, exchange) => {
  const { bucket } = exchange.request
  const text = (await readDocument(exchange)).toString()
  const grants = readPolicy(text, bucket)
  await requireBucket(context, bucket)
  context.access.putPolicy(bucket, text, grants)
  exchange.response.empty(204)
}

/** DeleteBucketPolicy. */
export const deleteBucketPolicy: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  context.access.deletePolicy(request.bucket)
  response.empty(204)
}

/** GetBucketAcl. */
export const getBucketAcl: Operation = async (context, { request, response }) => {
  await requireBucket(context, request.bucket)
  response.xml(writeAcl(context.access.isReadable(request.bucket)))
}

/** PutBucketAcl, as far as it lets anybody read or nobody. */
export const putBucketAcl: Operation = async (context, exchange) => {
  const { request, response } = exchange
  const canned = request.header('x-amz-acl')
  const body = await readDocument(exchange)
  const isReadable = canned === undefined ? readAcl(body) : aclIsReadable(canned)
  if (isReadable === undefined) throw new S3Error('NotImplemented', { message: `Use one of ${publicAcls}` })
  await requireBucket(context, request.bucket)
  context.access.setReadable(request.bucket, isReadable)
  response.empty(200)
}

const maxDocumentBytes = 2 * 1024 * 1024

/** Reads a request's document, of bounded size. */
export async function readDocument({ request, payload, signal }: Exchange): Promise<Buffer> {
  const rules = { maxBytes: maxDocumentBytes, needsLength: false, wantsMd5: false, signal }
  try {
    return await new RequestBody(request, payload, rules).bytes()
  } catch (error) {
    const isTooLarge = error instanceof S3Error && error.code === 'EntityTooLarge'
    throw isTooLarge ? new S3Error('MaxMessageLengthExceeded') : error
  }
}

async function requireBucket(context: S3Context, name: string): Promise<void> {
  bucketOf(context, name)
  if (!(await bucketExists(context, name))) throw new S3Error('NoSuchBucket', { fields: { BucketName: name } })
}

async function checkLocation(context: S3Context, exchange: Exchange): Promise<void> {
  if (exchange.request.headers.get('x-amz-bucket-object-lock-enabled') === 'true') {
    throw new S3Error('NotImplemented', { fields: { Header: 'x-amz-bucket-object-lock-enabled' } })
  }
  const document = await readDocument(exchange)
  if (document.length === 0) return
  const configuration = readXml(document, 'CreateBucketConfiguration')
  const location = textOf(configuration, 'LocationConstraint') ?? ''
  if (location !== '' && location !== context.region) {
    throw new S3Error('InvalidLocationConstraint', { fields: { LocationConstraint: location } })
  }
  if (childrenOf(configuration, 'Bucket').length > 0) throw new S3Error('NotImplemented')
}
