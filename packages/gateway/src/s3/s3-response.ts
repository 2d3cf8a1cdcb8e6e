import type { ServerResponse } from 'node:http'
import type { S3Error } from './s3-error.ts'
import { textElement, xmlDeclaration } from './xml-writer.ts'

/** Headers of an answer, named the way they are sent: some clients look them up by exact case. */
export type AnswerHeaders = Readonly<Record<string, string>>

/** Writes the answers to one request. */
export class S3Response {
  readonly #response: ServerResponse
  readonly #common: AnswerHeaders
  readonly #xmlType: string

  /**
   * @param response - Node's response
   * @param requestId - names the request in the answer
   * @param listCharset - whether XML says that it is UTF-8 in its type too
   */
  constructor(response: ServerResponse, requestId: string, listCharset: boolean) {
    this.#response = response
    this.#common = { 'x-amz-request-id': requestId }
    this.#xmlType = listCharset ? 'application/xml; charset=utf-8' : 'application/xml'
  }

  /** Node's response, for bodies. */
  get raw(): ServerResponse {
    return this.#response
  }

  /** Whether anything of the answer was sent. */
  get isBegun(): boolean {
    return this.#response.headersSent
  }

  /** Sends status and headers, and leaves the body to the caller. */
  begin(status: number, headers: AnswerHeaders): void {
    this.#response.writeHead(status, { ...this.#common, ...headers })
  }

  /** Answers without a body. */
  empty(status: number, headers: AnswerHeaders = {}): void {
    // An answer that may have no body may have no length either.
    const length = status === 204 || status === 304 ? {} : { 'Content-Length': '0' }
    this.begin(status, { ...length, ...headers })
    this.#response.end()
  }

  /** Answers with a document. */
  xml(document: string, headers: AnswerHeaders = {}, status = 200): void {
    this.#text(status, document, this.#xmlType, headers)
  }

  /** Answers with JSON. */
  json(text: string): void {
    this.#text(200, text, 'application/json', {})
  }

  /** Answers with an error; HEAD gets its status alone. */
  error(error: S3Error, resource: string, isHead: boolean): void {
    if (isHead) {
      this.begin(error.status, error.headers)
      this.#response.end()
      return
    }
    const { code, message, fields } = error
    const own = Object.entries({ Code: code, Message: message, ...fields, Resource: resource })
    const parts = own.map(([name, value]) => textElement(name, value))
    const id = textElement('RequestId', this.#common['x-amz-request-id'] ?? '')
    const document = `${xmlDeclaration}<Error>${parts.join('')}${id}</Error>`
    this.#text(error.status, document, 'application/xml', error.headers)
  }

  #text(status: number, text: string, type: string, headers: AnswerHeaders): void {
    const bytes = Buffer.from(text)
    this.begin(status, { 'Content-Type': type, 'Content-Length': String(bytes.length), ...headers })
    this.#response.end(bytes)
  }
}
