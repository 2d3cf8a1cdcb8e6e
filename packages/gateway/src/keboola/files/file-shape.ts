import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { formatTime } from '../time-expression.ts'
import { blobRoot } from './azure-side.ts'
import { signAccess } from './azure-signature.ts'
import type { CloudGrant } from './cloud-grants.ts'
import { cloudRegion } from './cloud-side.ts'
import { azureAccount, blobNameOf, cloudBucket, endOfLife, type FileRecord, folderOf, keyOf } from './file-record.ts'

const hourMs = 60 * 60 * 1000
const cloudHours: Readonly<Record<FileRecord['provider'], number>> = { aws: 12, azure: 12, gcp: 1 }

/** Describes a file, with a fresh URL of its bytes. */
export function describeFile(
  context: KeboolaContext,
  { address }: Pick<Exchange, 'address'>,
  record: FileRecord,
): Readonly<Record<string, unknown>> {
  const { id, name, isPublic, isSliced, isEncrypted, sizeBytes, tags, maxAgeDays, runId, provider } = record
  return {
    id,
    created: formatTime(record.createdMs),
    isPublic,
    isSliced,
    isEncrypted,
    name,
    fileType: fileType(name),
    uri: `${address.origin}/v2/storage/files/${id}`,
    url: context.cloud.signUrl(record, address),
    provider,
    region: provider === 'aws' ? cloudRegion : provider === 'azure' ? 'northeurope' : 'europe-west3',
    sizeBytes,
    tags,
    maxAgeDays,
    runId,
    runIds: runId === null ? [] : [runId],
    creatorToken: record.creatorToken,
  }
}

function fileType(name: string): string | null {
  const [, type] = /\.([A-Za-z0-9]{1,10})(?:\.gz)?$/.exec(name) ?? []
  return type?.toLowerCase() ?? null
}

/** Describes what to upload a file with. */
export function describeUpload(
  context: KeboolaContext,
  { address }: Pick<Exchange, 'address'>,
  record: FileRecord,
): Readonly<Record<string, unknown>> {
  const place = { key: keyOf(record), bucket: cloudBucket }
  if (record.provider === 'azure') {
    return {
      absUploadParams: {
        blobName: blobNameOf(record),
        ...azurePlace(record),
        ...azure(context, address, record, 'write'),
      },
    }
  }
  if (record.provider === 'gcp') {
    return { gcsUploadParams: { projectId: 'stowage', ...place, ...gcp(context, record, 'write') } }
  }
  const encryption = record.isEncrypted ? { 'x-amz-server-side-encryption': 'AES256' } : {}
  return { uploadParams: { ...place, acl: 'private', ...encryption, credentials: aws(context, record, 'write') } }
}

/** Describes what to download a file with, beside its URL. */
export function describeDownload(
  context: KeboolaContext,
  { address }: Pick<Exchange, 'address'>,
  record: FileRecord,
): Readonly<Record<string, unknown>> {
  const path = { bucket: cloudBucket, key: keyOf(record) }
  if (record.provider === 'azure') {
    const absPath = { name: blobNameOf(record), ...azurePlace(record) }
    return { absPath, ...azure(context, address, record, 'read') }
  }
  if (record.provider === 'gcp') return { gcsPath: path, gcsCredentials: gcp(context, record, 'read') }
  return { s3Path: path, credentials: aws(context, record, 'read') }
}

function grantFor(context: KeboolaContext, record: FileRecord, mode: CloudGrant['mode']): Omit<CloudGrant, 'kind'> {
  const lastMs = context.clock.now() + cloudHours[record.provider] * hourMs
  return { fileId: record.id, mode, expiresMs: Math.min(lastMs, endOfLife(record)) }
}

function aws(context: KeboolaContext, record: FileRecord, mode: CloudGrant['mode']): object {
  const grant = grantFor(context, record, mode)
  const { accessKeyId, secretAccessKey, sessionToken } = context.cloud.grants.issueKeys(grant)
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: formatTime(grant.expiresMs),
  }
}

function azurePlace(record: FileRecord): object {
  return { accountName: azureAccount, container: folderOf(record) }
}

function azure(context: KeboolaContext, address: URL, record: FileRecord, mode: CloudGrant['mode']): object {
  const { expiresMs } = grantFor(context, record, mode)
  const permissions = mode === 'read' ? 'rl' : 'rwl'
  const query = signAccess(
    { container: folderOf(record), blob: undefined, permissions, expiresMs },
    context.cloud.grants,
  )
  const endpoint = `${address.origin}${blobRoot.slice(0, -1)}`
  return {
    absCredentials: {
      SASConnectionString: `BlobEndpoint=${endpoint};SharedAccessSignature=${query}`,
      expiration: formatTime(expiresMs),
    },
  }
}

function gcp(context: KeboolaContext, record: FileRecord, mode: CloudGrant['mode']): object {
  const grant = grantFor(context, record, mode)
  const seconds = Math.floor((grant.expiresMs - context.clock.now()) / 1000)
  return { access_token: context.cloud.grants.issueBearer(grant), expires_in: seconds, token_type: 'Bearer' }
}
