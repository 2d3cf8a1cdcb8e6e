import type { CallContext } from '@stowage/core/driver'
import type { Authorizer, DcssAction } from './authorizer.ts'
import type { DirectSigner } from './direct-signer.ts'
import type { S3Address } from './s3-address.ts'

/** The method each action stands for; a signed URL is bound to it (contract section 3). */
export const methodOfAction: Readonly<Record<DcssAction, 'GET' | 'HEAD' | 'PUT' | 'DELETE'>> = {
  get_object: 'GET',
  head_object: 'HEAD',
  put_object: 'PUT',
  delete_object: 'DELETE',
  list_objects_v2: 'GET',
}

/** What is to be done to one key. */
export interface S3Action {
  /** What. */
  readonly action: DcssAction
  /** The bucket's full name. */
  readonly bucket: string
  /** The key. */
  readonly key: string
  /** The headers that go along; those named `x-amz-meta-…` become part of the signature. */
  readonly headers: Readonly<Record<string, string>>
}

/** A request that will be let through. */
export interface PreparedRequest {
  /** Where to: a secret where it is signed. */
  readonly url: string
  /** The headers that go with it, exactly. */
  readonly headers: Readonly<Record<string, string>>
}

/** A way to be let through to S3: anonymously, with URLs the data API signs, or with credentials of one's own. */
export interface S3Access {
  /** Which way. */
  readonly kind: 'anonymous' | 'authorized' | 'direct'
  /** Makes a request that will be let through; right before it is sent, for signed URLs soon expire. */
  prepare(action: S3Action, call: CallContext): Promise<PreparedRequest>
}

/** Asks as anybody may: for what is public. */
export function anonymousAccess(urlOf: (bucket: string, key: string) => string): S3Access {
  return {
    kind: 'anonymous',
    prepare: ({ bucket, key, headers }) => Promise.resolve({ url: urlOf(bucket, key), headers }),
  }
}

/** Asks the data API for a signed URL each time. */
export function authorizedAccess(authorizer: Authorizer): S3Access {
  return {
    kind: 'authorized',
    async prepare({ action, bucket, key, headers }, call) {
      const url = await authorizer.authorize({ action, bucket, key, headers: metadataOf(headers) }, call)
      return { url, headers }
    },
  }
}

/** Signs with credentials of one's own. */
export function directAccess(address: S3Address, signer: DirectSigner): S3Access {
  return {
    kind: 'direct',
    async prepare({ action, bucket, key, headers }) {
      const url = address.urlOf(bucket, key)
      return { url, headers: await signer.sign(methodOfAction[action], url, headers) }
    },
  }
}

function metadataOf(headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return metadata.length === 0 ? undefined : Object.fromEntries(metadata)
}
