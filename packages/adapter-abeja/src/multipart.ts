import { randomBytes } from 'node:crypto'
import type { BodySource, RequestBody } from '@stowage/http'

/** A form with one file and one part of JSON, to be sent as it is read. */
export interface MultipartBody {
  /** The form's media type, with its boundary. */
  readonly contentType: string
  /** The form. */
  readonly body: BodySource
}

/** The file of a form. */
export interface MultipartFile {
  /** Its path, whole: the service takes it as the place. */
  readonly filename: string
  /** Its media type; undefined for none. */
  readonly contentType: string | undefined
  /** Its bytes. */
  readonly body: RequestBody
}

/**
 * Makes the form of a bucket upload: the part `file`, then the part `parameters`, as the official client sends them.
 *
 * Nothing is gathered: the file's bytes pass through. The length is known where the file's is.
 */
export function multipartBody(file: MultipartFile, parameters: Readonly<Record<string, unknown>>): MultipartBody {
  const boundary = `stowage-${randomBytes(16).toString('hex')}`
  const type = file.contentType === undefined ? '' : `Content-Type: ${file.contentType}\r\n`
  const disposition = `Content-Disposition: form-data; name="file"; filename="${quote(file.filename)}"\r\n`
  const head = Buffer.from(`--${boundary}\r\n${disposition}${type}\r\n`)
  const second = 'Content-Disposition: form-data; name="parameters"; filename="params.json"'
  const json = `${second}\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(parameters)}`
  const tail = Buffer.from(`\r\n--${boundary}\r\n${json}\r\n--${boundary}--\r\n`)
  const { body } = file
  const fileBytes = body instanceof Uint8Array ? body.byteLength : body.sizeBytes
  const sizeBytes = fileBytes === undefined ? undefined : head.byteLength + fileBytes + tail.byteLength
  const isReopenable = body instanceof Uint8Array || body.isReopenable
  async function* open(): AsyncGenerator<Uint8Array, void, undefined> {
    yield head
    if (body instanceof Uint8Array) yield body
    else yield* body.open()
    yield tail
  }
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: { sizeBytes, isReopenable, open } }
}

// As browsers do; a backslash and all else stays. What decodes this takes a written %22 for a quote as well, so paths with one are refused.
function quote(filename: string): string {
  return filename.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
