import { type AbejaLifetime, isLifetime } from './lifetime.ts'

/** The name of metadata a mark is kept under. */
export const markName = 'stowage'

/** The name of metadata that says which version a file replaced: only one file can have the same, so only one writer wins. */
export const replacesName = 'stowage-replaces'

/**
 * What we note of a file in its metadata, for the service doesn't tell it: channels have no sizes, buckets no media types, and etags are
 * no checksums to rely on.
 */
export interface Mark {
  /** Its length in bytes. */
  readonly sizeBytes?: number | undefined
  /** The CRC32 of its bytes, 8 hex digits. */
  readonly crc32?: string | undefined
  /** Names the attempt that uploaded it, so that one whose answer was lost can be found. */
  readonly upload?: string | undefined
  /** Its media type where the service doesn't keep it; empty when none was given. */
  readonly contentType?: string | undefined
  /** How long it is kept, where the service doesn't tell. */
  readonly lifetime?: AbejaLifetime | undefined
}

/** Writes a mark as a value of metadata. */
export function formatMark({ sizeBytes, crc32, upload, contentType, lifetime }: Mark): string {
  const fields = { size: sizeBytes, crc32, upload, type: contentType, lifetime }
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
}

/** Reads a mark. Anybody may have written the value: what isn't well-formed is left out. */
export function readMark(metadata: Readonly<Record<string, string>>): Mark {
  const value = Object.hasOwn(metadata, markName) ? metadata[markName] : undefined
  if (value === undefined) return {}
  const fields = new URLSearchParams(value)
  const lifetime = fields.get('lifetime')
  const size = matching(fields, 'size', /^\d{1,15}$/)
  return {
    sizeBytes: size === undefined ? undefined : Number(size),
    crc32: matching(fields, 'crc32', /^[0-9a-f]{8}$/),
    upload: matching(fields, 'upload', /^[0-9a-f-]{36}$/),
    contentType: matching(fields, 'type', /^[\x20-\x7e]*$/),
    lifetime: isLifetime(lifetime) ? lifetime : undefined,
  }
}

/** Tells whether a name of metadata is ours. */
export function isMarkName(name: string): boolean {
  return name.toLowerCase() === markName || name.toLowerCase().startsWith(`${markName}-`)
}

function matching(fields: URLSearchParams, name: string, pattern: RegExp): string | undefined {
  const value = fields.get(name)
  return value !== null && pattern.test(value) ? value : undefined
}
