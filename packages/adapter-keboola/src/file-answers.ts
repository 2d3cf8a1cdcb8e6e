import { z } from 'zod'
import { count, flag, id, instant, optional, optionalId, optionalText, texts, withHidden } from './answers.ts'

/** A file of the file storage. Names are not unique: its id is what it is known by. */
export interface KeboolaFile {
  /** Its id. */
  readonly id: string
  /** Its name. */
  readonly name: string
  /** When it was created. */
  readonly createdAt: Date | undefined
  /** How many bytes it was announced with; undefined for unknown. */
  readonly sizeBytes: number | undefined
  /** Whether it is a manifest and slices. */
  readonly isSliced: boolean
  /** Whether it is stored encrypted. */
  readonly isEncrypted: boolean
  /** Whether anybody may read it. */
  readonly isPublic: boolean
  /** Its tags. */
  readonly tags: readonly string[]
  /** After how many days it is deleted; undefined for never. */
  readonly maxAgeDays: number | undefined
  /** Where it is kept: `aws`, `azure` or `gcp`. */
  readonly provider: string | undefined
  /** The provider's region. */
  readonly region: string | undefined
  /** The run it belongs to. */
  readonly runId: string | undefined
  /**
   * Where it, or the manifest of a sliced one, can be read for an hour, without a credential. Not enumerable, so that it shows in no log;
   * copying the object leaves it out.
   */
  readonly url: string | undefined
  /** What the provider's own store is read with, where it was asked for. Not enumerable either. */
  readonly readAccess: KeboolaStoreAccess | undefined
}

/** A file that was prepared: bytes can be uploaded to it. */
export interface KeboolaPreparedFile extends KeboolaFile {
  /** What the provider's own store is written with. Not enumerable. */
  readonly writeAccess: KeboolaStoreAccess
}

/** A place in a provider's store, and the credentials for it. Treat it as a secret. */
export type KeboolaStoreAccess = AwsAccess | AzureAccess | GcpAccess

/** A place in S3. */
export interface AwsAccess {
  /** Tells providers apart. */
  readonly provider: 'aws'
  /** The bucket. */
  readonly bucket: string
  /** The key; slices and manifest have it in front. */
  readonly key: string
  /** The region. */
  readonly region: string
  /** The canned ACL uploads go with. */
  readonly acl: string | undefined
  /** The encryption uploads go with, for example `AES256`. */
  readonly encryption: string | undefined
  /** The id of the key. */
  readonly accessKeyId: string
  /** The secret. */
  readonly secretAccessKey: string
  /** The token of temporary credentials. */
  readonly sessionToken: string | undefined
}

/** A place in Azure Blob Storage. */
export interface AzureAccess {
  /** Tells providers apart. */
  readonly provider: 'azure'
  /** The endpoint of the account. */
  readonly blobEndpoint: string
  /** The account, where the answer says. */
  readonly accountName: string | undefined
  /** The container. */
  readonly container: string
  /** The name of the blob; slices and manifest have it in front. */
  readonly blobName: string
  /** The shared access signature, a query without `?`. */
  readonly sas: string
}

/** A place in Google Cloud Storage. */
export interface GcpAccess {
  /** Tells providers apart. */
  readonly provider: 'gcp'
  /** The bucket. */
  readonly bucket: string
  /** The key; slices and manifest have it in front. */
  readonly key: string
  /** The bearer token. */
  readonly accessToken: string
}

const awsCredentials = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: optionalText,
})
const azureCredentials = z.object({ SASConnectionString: z.string().min(1) })
const place = { bucket: z.string().min(1), key: z.string().min(1) }
const word = z.string().min(1)

const fileShape = z.object({
  id,
  name: z.string(),
  created: instant,
  sizeBytes: count,
  isSliced: flag,
  isEncrypted: flag,
  isPublic: flag,
  tags: texts,
  maxAgeDays: count,
  provider: optionalText,
  region: optionalText,
  runId: optionalId,
  url: optionalText,
  credentials: optional(awsCredentials).catch(undefined),
  s3Path: optional(z.object(place)).catch(undefined),
  absCredentials: optional(azureCredentials).catch(undefined),
  absPath: optional(z.object({ container: word, name: z.string().min(1) })).catch(undefined),
  gcsCredentials: optional(z.object({ access_token: z.string().min(1) })).catch(undefined),
  gcsPath: optional(z.object(place)).catch(undefined),
  uploadParams: optional(
    z.object({
      ...place,
      acl: optionalText,
      'x-amz-server-side-encryption': optionalText,
      credentials: awsCredentials,
    }),
  ),
  absUploadParams: optional(
    z.object({
      container: word,
      blobName: z.string().min(1),
      accountName: optionalText,
      absCredentials: azureCredentials,
    }),
  ),
  gcsUploadParams: optional(z.object({ ...place, access_token: z.string().min(1) })),
})

type FileShape = z.output<typeof fileShape>

/** An answer with a file. */
export const fileAnswer: z.ZodType<KeboolaFile> = fileShape.transform((file) => toFile(file, readAccessOf(file)))

/** An answer with files. */
export const filesAnswer: z.ZodType<readonly KeboolaFile[]> = z.array(fileAnswer)

/** An answer with a file that can be uploaded to. */
export const preparedFileAnswer: z.ZodType<KeboolaPreparedFile> = fileShape.transform((file, context) => {
  const writeAccess = writeAccessOf(file)
  if (writeAccess !== undefined) return withHidden(toFile(file, undefined), { writeAccess })
  context.addIssue({ code: 'custom', message: 'there are no upload parameters of a known provider' })
  return z.NEVER
})

function toFile(file: FileShape, readAccess: KeboolaStoreAccess | undefined): KeboolaFile {
  const { isSliced, isEncrypted, isPublic, tags, maxAgeDays, provider, region, runId, url } = file
  const shown = {
    id: file.id,
    name: file.name,
    createdAt: file.created,
    sizeBytes: file.sizeBytes,
    isSliced,
    isEncrypted,
  }
  return withHidden({ ...shown, isPublic, tags, maxAgeDays, provider, region, runId }, { url, readAccess })
}

function writeAccessOf(file: FileShape): KeboolaStoreAccess | undefined {
  const { uploadParams: aws, absUploadParams: azure, gcsUploadParams: gcp } = file
  if (aws !== undefined)
    return { ...toAws(file, aws, aws.credentials), acl: aws.acl, encryption: aws['x-amz-server-side-encryption'] }
  if (azure !== undefined) return toAzure(azure.container, azure.blobName, azure.absCredentials, azure.accountName)
  return gcp === undefined
    ? undefined
    : { provider: 'gcp', bucket: gcp.bucket, key: gcp.key, accessToken: gcp.access_token }
}

function readAccessOf(file: FileShape): KeboolaStoreAccess | undefined {
  const { credentials, s3Path, absCredentials, absPath, gcsCredentials, gcsPath } = file
  if (credentials !== undefined && s3Path !== undefined) return toAws(file, s3Path, credentials)
  if (absCredentials !== undefined && absPath !== undefined)
    return toAzure(absPath.container, absPath.name, absCredentials)
  if (gcsCredentials === undefined || gcsPath === undefined) return undefined
  return { provider: 'gcp', ...gcsPath, accessToken: gcsCredentials.access_token }
}

function toAws(
  { region }: FileShape,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  credentials: z.output<typeof awsCredentials>,
): AwsAccess {
  const { AccessKeyId, SecretAccessKey, SessionToken } = credentials
  return {
    provider: 'aws',
    bucket,
    key,
    region: region ?? 'us-east-1',
    acl: undefined,
    encryption: undefined,
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  }
}

/** A connection string is parted at `;`, and each part at its first `=`: the signature holds more of them. */
function toAzure(
  container: string,
  blobName: string,
  { SASConnectionString }: z.output<typeof azureCredentials>,
  accountName?: string,
): AzureAccess | undefined {
  const parts = SASConnectionString.split(';').map((part) => {
    const at = part.indexOf('=')
    return [part.slice(0, at), part.slice(at + 1)] as const
  })
  const { BlobEndpoint, SharedAccessSignature } = Object.fromEntries(parts)
  if (!BlobEndpoint || !SharedAccessSignature) return undefined
  const sas = SharedAccessSignature.replace(/^\?/, '')
  return { provider: 'azure', blobEndpoint: BlobEndpoint.replace(/\/$/, ''), accountName, container, blobName, sas }
}
