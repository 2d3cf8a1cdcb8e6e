import type { ChecksumAlgorithm, FileInfo } from '../contract/file.ts'
import { StorageError } from '../errors/storage-error.ts'

/** Whether what was moved is known to be what is stored. */
export interface Verification {
  /** True when a checksum computed here equals the one the backend keeps. */
  readonly verified: boolean
  /** The algorithm that was compared. */
  readonly algorithm: ChecksumAlgorithm | undefined
  /** Why nothing could be compared. */
  readonly reason: string | undefined
}

/** Gives the algorithms worth computing for a file: those the backend keeps, those asked for, and always CRC32, which is nearly free. */
export function wantedAlgorithms(
  asked: readonly ChecksumAlgorithm[] | undefined,
  kept: FileInfo['checksums'] = {},
): ChecksumAlgorithm[] {
  const keptNames = Object.keys(kept) as ChecksumAlgorithm[]
  return [...new Set<ChecksumAlgorithm>(['crc32', ...(asked ?? []), ...keptNames])]
}

/**
 * Compares computed checksums with those the backend keeps.
 *
 * @throws {@link StorageError} `corrupt-data` when one differs
 */
export function verifyChecksums(
  file: FileInfo,
  computed: Readonly<Partial<Record<ChecksumAlgorithm, string>>>,
): Verification {
  let algorithm: ChecksumAlgorithm | undefined
  for (const [name, kept] of Object.entries(file.checksums) as [ChecksumAlgorithm, string][]) {
    const ours = computed[name]
    if (ours === undefined) continue
    if (ours !== kept) {
      const message = `the ${name} of ${file.key} is ${ours}, but the backend keeps ${kept}: the bytes were damaged on the way or in the store`
      throw new StorageError({ code: 'corrupt-data', message, details: { algorithm: name, computed: ours, kept } })
    }
    algorithm = name
  }
  if (algorithm !== undefined) return { verified: true, algorithm, reason: undefined }
  const kept = Object.keys(file.checksums)
  const reason =
    kept.length === 0
      ? 'the backend keeps no checksum to compare with'
      : `no ${kept.join(' or ')} was computed to compare with`
  return { verified: false, algorithm: undefined, reason }
}
