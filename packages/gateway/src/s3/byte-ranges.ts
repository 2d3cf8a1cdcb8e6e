import { S3Error } from './s3-error.ts'

/** Bytes of an object; `end` is exclusive. */
export interface WantedBytes {
  readonly start: number
  readonly end: number
}

/**
 * Reads a `Range` header: `bytes=a-b`, `a-` or `-n`.
 *
 * @returns the bytes wanted, within the object; undefined where all of it is to be sent, as for several ranges or another form
 * @throws S3Error `InvalidRange` for one that begins after the last byte
 */
export function readRange(header: string | undefined, sizeBytes: number): WantedBytes | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(sizeBytes - Number(last), 0) : Number(first)
  const end = first === '' || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)
  if (start >= end) {
    throw new S3Error('InvalidRange', {
      fields: { RangeRequested: header ?? '', ActualObjectSize: String(sizeBytes) },
      headers: { 'Content-Range': `bytes */${sizeBytes}` },
    })
  }
  return { start, end }
}
