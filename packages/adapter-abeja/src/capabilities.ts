import { type Capabilities, type CapabilityName, emulated, native, type Support } from '@stowage/core'
import type { ContainerKind } from './container.ts'

type Operations = Partial<Record<CapabilityName, Support>>

const containers: Operations = {
  'buckets.list': native,
  'buckets.get': native,
  'buckets.create': native,
  'buckets.update': native,
  'buckets.archive': native,
}

const files: Operations = {
  'files.list': native,
  'files.stat': native,
  'files.read': native,
  'files.range': native,
  'files.write': native,
  'files.writeUnknownLength': native,
  'files.copy': emulated('expensive', 'reads the file and writes it again'),
  'files.metadata': native,
  'files.contentType': native,
  'files.expiry': native,
  'files.signedUrl': native,
}

const channelFiles: Operations = {
  'files.createOnly': native,
  'files.delete': native,
  'files.deleteMany': native,
  'files.update': native,
}

/**
 * What can be done, by the kind of container that is shown. Where both are, it is what channels can, which is what new ones are; what only
 * channels can fails with `unsupported` in a bucket.
 */
export function abejaCapabilities(kind: ContainerKind | undefined): Capabilities {
  return {
    operations: { ...containers, ...files, ...(kind === 'bucket' ? {} : channelFiles) },
    limits: { pageSize: 1000, keyBytes: 1024, filesPerDelete: 1000 },
    semantics: {
      keepsNulls: false,
      keepsUndeclaredFields: false,
      keepsTypes: false,
      readAfterWrite: true,
      atomicWrites: false,
      buckets: 'dynamic',
    },
  }
}
