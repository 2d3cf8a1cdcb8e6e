import { UsageError } from './usage-error.ts'

/** What an address names: `[backend:]bucket/name`, of which the end may be left out. */
export interface Address {
  /** The backend; undefined for the configuration's default. */
  readonly backend: string | undefined
  /** The bucket; undefined when the address ends before it. */
  readonly bucket: string | undefined
  /** The table's name or the file's key; undefined when the address ends before it. */
  readonly name: string | undefined
}

/**
 * Reads an address.
 *
 * What stands before the first colon of the bucket is the backend; a bucket with a colon in its name needs one in front, which may
 * be empty: `:channel:14/a.jpg`. A key is everything after the first slash.
 */
export function parseAddress(text: string): Address {
  const slash = text.indexOf('/')
  const head = slash < 0 ? text : text.slice(0, slash)
  const name = slash < 0 ? '' : text.slice(slash + 1)
  const colon = head.indexOf(':')
  const backend = colon < 0 ? '' : head.slice(0, colon)
  const bucket = head.slice(colon + 1)
  if (bucket === '' && slash >= 0) throw wrong(text, 'it names no bucket')
  return { backend: backend || undefined, bucket: bucket || undefined, name: name || undefined }
}

/** Reads the address of a bucket. */
export function bucketAddress(text: string): Address & { readonly bucket: string } {
  const { backend, bucket, name } = parseAddress(text)
  if (bucket === undefined) throw wrong(text, 'it names no bucket')
  if (name !== undefined) throw wrong(text, `it goes on after the bucket "${bucket}"`)
  return { backend, bucket, name }
}

/** Reads the address of something in a bucket: a table or a file. */
export function itemAddress(
  text: string,
  what: 'table' | 'file',
): Address & { readonly bucket: string; readonly name: string } {
  const { backend, bucket, name } = parseAddress(text)
  if (bucket === undefined || name === undefined) throw wrong(text, `it names no ${what}`)
  return { backend, bucket, name }
}

function wrong(text: string, why: string): Error {
  return new UsageError(
    `${JSON.stringify(text)} is not the address that is needed, ${why}: write [backend:]bucket/name`,
  )
}
