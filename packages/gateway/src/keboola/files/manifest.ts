import { KeboolaError } from '../keboola-error.ts'
import { type FileRecord, keyOfSliceUrl } from './file-record.ts'

/** The most bytes of a manifest. */
export const mostManifestBytes = 16 * 1024 * 1024

/** Reads the keys of the slices a manifest lists, in their order. */
export function readManifest(text: string, record: FileRecord): readonly string[] {
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch {
    throw badManifest(record)
  }
  const entries =
    typeof manifest === 'object' && manifest !== null && 'entries' in manifest ? manifest.entries : undefined
  if (!Array.isArray(entries)) throw badManifest(record)
  return entries.map((entry: unknown) => {
    const url = typeof entry === 'object' && entry !== null && 'url' in entry ? entry.url : undefined
    if (typeof url !== 'string') throw badManifest(record)
    const key = keyOfSliceUrl(url)
    if (key === undefined) throw missingSlice(url)
    return key
  })
}

/** The refusal of a manifest that is none. */
export function badManifest({ id }: FileRecord): KeboolaError {
  return new KeboolaError(400, 'storage.manifestFileMissing', `Manifest of file "${id}" is not valid.`)
}

/** The refusal of a slice that isn't there. */
export function missingSlice(name: string): KeboolaError {
  return new KeboolaError(400, 'storage.importFileMissing', `File "${name}" of the manifest is missing.`)
}
