import type { FileInput } from '@stowage/core'
import { invalidArgument, readAll, toByteSource } from '@stowage/core/driver'
import type { BodySource, RequestBody } from '@stowage/http'

/** Where the bytes of an upload come from: a path, bytes, a Blob, a stream, or a source of the driver. */
export type AbejaUploadSource = FileInput | BodySource

/** What is told of a file when it is uploaded. */
export interface AbejaUploadFacts {
  /** Its media type. Default: `application/octet-stream` in channels, none in buckets. */
  readonly contentType?: string | undefined
  /** How long it is kept. Default: for ever. */
  readonly lifetime?: string | undefined
  /** How many bytes the source gives; it fails when that is wrong. Default: known for paths and bytes. */
  readonly sizeBytes?: number | undefined
}

/** Makes the body of a request of a source; bytes in memory stay bytes. */
export async function toBody(input: AbejaUploadSource, sizeBytes: number | undefined): Promise<RequestBody> {
  const source = isBodySource(input) ? input : await toByteSource(input, sizeBytes)
  const { bytes } = source as { readonly bytes?: Uint8Array | undefined }
  return bytes ?? source
}

/** Reads a source of known small size into memory; others stay as they are. */
export async function gatherSmall(body: RequestBody, limitBytes: number): Promise<RequestBody> {
  if (body instanceof Uint8Array || body.sizeBytes === undefined || body.sizeBytes > limitBytes) return body
  return readAll(body.open(), body.sizeBytes)
}

/** Checks a media type: it goes into a header and into a form, where a line break would begin something else. */
export function checkContentType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || /^[\x21-\x7e][\x20-\x7e]*$/.test(contentType)) return contentType
  throw invalidArgument('contentType must be a media type such as "text/csv"')
}

function isBodySource(input: AbejaUploadSource): input is BodySource {
  return typeof input === 'object' && 'open' in input && typeof input.open === 'function' && 'isReopenable' in input
}
