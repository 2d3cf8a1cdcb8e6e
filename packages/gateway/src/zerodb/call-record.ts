import type { ZerodbOperation } from './quirks.ts'

/** A request that passed key, rate and path, as the API understood it. */
export interface ZerodbCall {
  /** What was asked for. */
  readonly operation: ZerodbOperation
  /** The table as the path names it, decoded; undefined for the list and for a new one. */
  readonly table: string | undefined
  /** The body as it was sent; undefined for one that is empty, and for older calls once they take more than 4 MiB together. */
  readonly body: string | undefined
  /** The status of the answer, as the API gave it; undefined while there is none. */
  readonly status: number | undefined
  /** The code of a refusal. */
  readonly errorCode: string | undefined
}

/** A call while its facts are being filled in. */
export interface OpenCall {
  operation: ZerodbOperation
  table: string | undefined
  body: string | undefined
  status: number | undefined
  errorCode: string | undefined
}

const mostCalls = 10_000
const mostCharacters = 4 * 1024 * 1024

/** The calls of a gateway, oldest first: the last ten thousand or so. */
export class CallRecord {
  /** The calls. The array is the reader's to empty. */
  readonly calls: ZerodbCall[] = []
  #withBody: OpenCall[] = []
  #characters = 0

  /** Notes a call. */
  begin(operation: ZerodbOperation, table: string | undefined): OpenCall {
    const call: OpenCall = { operation, table, body: undefined, status: undefined, errorCode: undefined }
    // Dropping many at once keeps the cost of each low.
    if (this.calls.length >= mostCalls) this.calls.splice(0, mostCalls / 10)
    this.calls.push(call)
    return call
  }

  /** Notes the body of a call. */
  noteBody(call: OpenCall, body: string): void {
    if (body === '') return
    if (this.#characters + body.length > mostCharacters) this.#forgetBodies()
    if (body.length > mostCharacters) return
    call.body = body
    this.#withBody.push(call)
    this.#characters += body.length
  }

  #forgetBodies(): void {
    for (const call of this.#withBody) call.body = undefined
    this.#withBody = []
    this.#characters = 0
  }
}
