import {
  createBucket,
  deleteBucket,
  deleteBucketPolicy,
  getBucketAcl,
  getBucketLocation,
  getBucketPolicy,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketAcl,
  putBucketPolicy,
} from './bucket-operations.ts'
import { completeMultipartUpload } from './complete-multipart.ts'
import { copyObject } from './copy-object.ts'
import { deleteObjects } from './delete-objects.ts'
import { listObjects, listObjectsV2 } from './list-objects.ts'
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart-operations.ts'
import { deleteObject, putObject } from './put-object.ts'
import type { Operation } from './s3-context.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import { getObject, headObject } from './send-object.ts'

/** What a request asks for, and who may ask it. */
export interface Route {
  /** Answers it. */
  readonly operation: Operation
  /** What anybody must be allowed to do for it; undefined where it takes a signature. */
  readonly anonymous: 'read' | 'list' | undefined
}

/** Parameters that make another resource of a bucket or object. Those no route takes must not fall through to one without. */
const subresources = [
  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metadataConfiguration',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
]

const signed = (operation: Operation): Route => ({ operation, anonymous: undefined })

const bucketRoutes: Readonly<Record<string, Route>> = {
  'GET ': { operation: listObjects, anonymous: 'list' },
  'HEAD ': { operation: headBucket, anonymous: 'list' },
  'PUT ': signed(createBucket),
  'DELETE ': signed(deleteBucket),
  'GET location': signed(getBucketLocation),
  'GET versioning': signed(getBucketVersioning),
  'GET policy': signed(getBucketPolicy),
  'PUT policy': signed(putBucketPolicy),
  'DELETE policy': signed(deleteBucketPolicy),
  'GET acl': signed(getBucketAcl),
  'PUT acl': signed(putBucketAcl),
  'POST delete': signed(deleteObjects),
  'GET uploads': signed(listMultipartUploads),
}

const objectRoutes: Readonly<Record<string, Route>> = {
  'GET ': { operation: getObject, anonymous: 'read' },
  'HEAD ': { operation: headObject, anonymous: 'read' },
  'PUT ': signed(putObject),
  'DELETE ': signed(deleteObject),
  'POST uploads': signed(createMultipartUpload),
  'PUT uploadId': signed(uploadPart),
  'GET uploadId': signed(listParts),
  'DELETE uploadId': signed(abortMultipartUpload),
  'POST uploadId': signed(completeMultipartUpload),
}

/** What a PUT is that names another object to copy from. */
const copyRoutes: Readonly<Record<string, Route>> = {
  'PUT ': signed(copyObject),
  'PUT uploadId': signed(uploadPartCopy),
}

const methods = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE'])

/**
 * Says what a request asks for.
 *
 * @throws S3Error `MethodNotAllowed` or `NotImplemented` for what isn't served
 */
export function routeOf(request: S3Request): Route {
  const { method, bucket, key, query } = request
  if (!methods.has(method)) throw new S3Error('MethodNotAllowed', { fields: { Method: method } })
  const subresource = subresources.filter((name) => query.has(name)).join()
  if (bucket === '') {
    if (method === 'GET' && subresource === '') return signed(listBuckets)
    throw new S3Error('MethodNotAllowed', { fields: { Method: method } })
  }
  const name = `${method} ${subresource}`
  const route = key === '' ? bucketRoute(request, name) : objectRoute(request, name)
  if (route !== undefined) return route
  throw new S3Error('NotImplemented', { message: `${method} ${subresource || 'of this resource'} is not served` })
}

function bucketRoute({ query }: S3Request, name: string): Route | undefined {
  if (name === 'GET ' && query.get('list-type') === '2') return { operation: listObjectsV2, anonymous: 'list' }
  return Object.hasOwn(bucketRoutes, name) ? bucketRoutes[name] : undefined
}

function objectRoute(request: S3Request, name: string): Route | undefined {
  const routes = request.header('x-amz-copy-source') === undefined ? objectRoutes : { ...objectRoutes, ...copyRoutes }
  return Object.hasOwn(routes, name) ? routes[name] : undefined
}
