import type { Check } from '../check.ts'
import { fileAttributeChecks } from './files-attributes.ts'
import { fileBytesChecks } from './files-bytes.ts'
import { fileCopyingChecks } from './files-copying.ts'
import { fileDeletingChecks } from './files-deleting.ts'
import { fileMemoryChecks } from './files-memory.ts'
import { fileMissingChecks } from './files-missing.ts'
import { fileRangeChecks } from './files-ranges.ts'
import { fileSafetyChecks } from './files-safety.ts'
import { fileSignedUrlChecks } from './files-signed-urls.ts'
import { fileSourceChecks } from './files-sources.ts'
import { fileVersionChecks } from './files-versions.ts'

/** Files: bytes and what is set on them. */
export const fileChecks: readonly Check[] = [
  ...fileBytesChecks,
  ...fileSourceChecks,
  ...fileMemoryChecks,
  ...fileRangeChecks,
  ...fileAttributeChecks,
  ...fileVersionChecks,
  ...fileSafetyChecks,
  ...fileDeletingChecks,
  ...fileMissingChecks,
  ...fileCopyingChecks,
  ...fileSignedUrlChecks,
]
