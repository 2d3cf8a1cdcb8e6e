import type { Capabilities } from '@stowage/core'
import { type CapabilityName, emulated, native, type Support } from '@stowage/core'
import type { CheckedDcssOptions } from './options.ts'
import { partSuffixBytes } from './parts.ts'
import { maxKeyBytes } from './space.ts'

type Operations = Partial<Record<CapabilityName, Support>>

const reading: Operations = {
  'files.list': native,
  'files.stat': native,
  'files.read': native,
  'files.range': native,
}

const writing: Operations = {
  'files.write': native,
  'files.delete': native,
  'files.deleteMany': native,
  'files.copy': emulated('expensive', 'reads the file and writes it again'),
  'files.signedUrl': native,
}

const direct: Operations = {
  'files.createOnly': native,
  'files.contentType': native,
  'files.copy': native,
}

/** What can be done, by what the options hold: nothing, a token, or credentials for S3 itself. */
export function dcssCapabilities(options: CheckedDcssOptions): Capabilities {
  const isDirect = options.accessKeyId !== undefined
  const canWrite = isDirect || options.token !== undefined
  return {
    operations: {
      ...reading,
      ...(canWrite ? writing : {}),
      ...(isDirect ? direct : {}),
      ...(canWrite && options.spoolUnknownLength ? { 'files.writeUnknownLength': native } : {}),
    },
    limits: {
      pageSize: 1000,
      bucketNameBytes: 63,
      keyBytes: maxKeyBytes - partSuffixBytes,
      partBytes: options.partBytes,
      // Each is looked at and deleted by itself: a list is long enough where its deletion takes a second or two.
      filesPerDelete: 100,
    },
    semantics: {
      keepsNulls: false,
      keepsUndeclaredFields: false,
      keepsTypes: false,
      readAfterWrite: true,
      atomicWrites: false,
      buckets: 'fixed',
    },
  }
}
