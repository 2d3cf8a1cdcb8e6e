import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FaultPlan } from './faults.ts'
import { FaultyBody } from './faulty-body.ts'
import type { Exchange, GatewayRequest } from './gateway-request.ts'

type GivenHeaders = OutgoingHttpHeaders | readonly OutgoingHttpHeader[]
type WriteCallback = (error: Error | null | undefined) => void
type EndCallback = () => void

/** A response whose body is counted, and may be replaced, cut off or slowed down. */
export class GatewayResponse extends ServerResponse<GatewayRequest> {
  #exchange: Exchange | undefined
  #body: FaultyBody | undefined
  #isReplaced = false

  /** Begins to count, and puts the faults in the way of what the handler answers. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange
    const { plan } = exchange
    if (plan === undefined) return
    this.#isReplaced = replacesAnswer(plan) && plan.when === 'after'
    if (changesBody(plan)) this.#body = this.#faultyBody(plan, exchange)
  }

  #faultyBody(plan: FaultPlan, { clock, ended }: Exchange): FaultyBody {
    const sink = {
      write: (bytes: Uint8Array) => this.#count(bytes.byteLength) && super.write(bytes),
      drain: () => void this.emit('drain'),
      end: () => void super.end(),
      drop: () => this.#drop(),
    }
    return new FaultyBody(plan, sink, clock, ended)
  }

  /** Answers as a rule says, instead of a handler. */
  answerFault(): void {
    const { plan } = this.#exchange ?? {}
    this.#isReplaced = false
    if (plan?.resetSocket === true) return resetConnection(this.socket)
    const { status = 503, retryAfterSeconds, body = 'This answer was injected by a fault rule.\n' } = plan ?? {}
    for (const name of this.getHeaderNames()) this.removeHeader(name)
    if (retryAfterSeconds !== undefined) this.setHeader('retry-after', String(retryAfterSeconds))
    this.setHeader('content-type', plan?.contentType ?? 'text/plain; charset=utf-8')
    this.setHeader('content-length', Buffer.byteLength(body))
    this.writeHead(status)
    this.end(body)
  }

  override writeHead(statusCode: number, reason?: string | GivenHeaders, headers?: GivenHeaders): this {
    if (this.#isReplaced) return this
    const given = typeof reason === 'string' ? headers : reason
    const message = typeof reason === 'string' ? reason : undefined
    if (this.#exchange !== undefined) this.#exchange.entry.status = statusCode
    if (this.#body === undefined) return super.writeHead(statusCode, message, given as OutgoingHttpHeaders)
    setHeaders(this, given)
    this.#changeLength()
    return super.writeHead(statusCode, message)
  }

  // A shorter body may announce its length; a wrong length is announced on purpose.
  #changeLength(): void {
    const announced = this.getHeader('content-length')
    const { truncate, wrongLength, dropAfterBytes } = this.#exchange?.plan ?? {}
    if (dropAfterBytes !== undefined || wrongLength !== undefined) this.setHeader('connection', 'close')
    if (announced === undefined) return
    const length = Math.min(Number(announced), truncate ?? Number.POSITIVE_INFINITY)
    this.setHeader('content-length', length + (wrongLength ?? 0))
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | WriteCallback | null,
    callback?: WriteCallback | null,
  ): boolean {
    const done = typeof encoding === 'function' ? encoding : callback
    if (this.#isReplaced || this.#body !== undefined) return this.#divert(toBytes(chunk, encoding), done)
    this.#count(toBytes(chunk, encoding).byteLength)
    if (typeof encoding !== 'string') return super.write(chunk, done ?? undefined)
    return super.write(chunk, encoding, done ?? undefined)
  }

  #divert(bytes: Uint8Array, done: WriteCallback | null | undefined): boolean {
    if (done !== undefined && done !== null) process.nextTick(done)
    if (this.#isReplaced || this.#body === undefined) return this.#swallow()
    if (!this.headersSent) this.writeHead(this.statusCode)
    return this.#hasBody() ? this.#body.write(bytes) : true
  }

  // A writer that never has to wait would leave no time for anything else.
  #swallow(): boolean {
    setImmediate(() => this.emit('drain'))
    return false
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | EndCallback, callback?: EndCallback): this {
    const [last, done] = typeof chunk === 'function' ? [undefined, chunk as EndCallback] : [chunk, callback]
    const ended = typeof encoding === 'function' ? encoding : done
    if (this.#isReplaced) return this.#endReplaced(ended)
    const bytes = last === undefined || last === null ? undefined : toBytes(last, encoding)
    if (this.#body !== undefined) return this.#endFaulty(this.#body, bytes, ended)
    if (bytes !== undefined) this.#count(bytes.byteLength)
    return bytes === undefined ? super.end(ended) : super.end(bytes, ended)
  }

  #endReplaced(done: EndCallback | undefined): this {
    if (done !== undefined) this.once('finish', done)
    this.answerFault()
    return this
  }

  #endFaulty(body: FaultyBody, bytes: Uint8Array | undefined, done: EndCallback | undefined): this {
    if (done !== undefined) this.once('finish', done)
    if (!this.headersSent) {
      // Node announces the length of a body that comes in one piece, as long as nobody is in between.
      const isAnnounced = this.hasHeader('content-length') || this.hasHeader('transfer-encoding')
      if (bytes !== undefined && !isAnnounced) this.setHeader('content-length', bytes.byteLength)
      this.writeHead(this.statusCode)
    }
    if (bytes !== undefined && this.#hasBody()) body.write(bytes)
    body.end()
    return this
  }

  #hasBody(): boolean {
    return this.req.method !== 'HEAD' && this.statusCode !== 204 && this.statusCode !== 304
  }

  #count(bytes: number): true {
    if (this.#exchange !== undefined && this.#hasBody()) this.#exchange.entry.responseBytes += bytes
    return true
  }

  #drop(): void {
    this.flushHeaders()
    const { socket } = this
    // What was written may not have reached the socket before this turn of the event loop is over.
    setImmediate(() => socket?.destroySoon())
  }
}

/** Tells whether a plan puts something in the place of the answer. */
export function replacesAnswer({ status, resetSocket }: FaultPlan): boolean {
  return status !== undefined || resetSocket === true
}

function changesBody({ truncate, dropAfterBytes, wrongLength, throttleBytesPerSecond }: FaultPlan): boolean {
  return [truncate, dropAfterBytes, wrongLength, throttleBytesPerSecond].some((one) => one !== undefined)
}

function toBytes(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  return Buffer.from(String(chunk), typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
}

function setHeaders(response: ServerResponse, given: GivenHeaders | undefined): void {
  for (const [name, value] of headerPairs(given)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}

function headerPairs(given: GivenHeaders | undefined): (readonly [string, OutgoingHttpHeader | undefined])[] {
  if (!Array.isArray(given)) return Object.entries(given ?? {})
  const list = given as readonly OutgoingHttpHeader[]
  if (Array.isArray(list[0])) return list as unknown as [string, OutgoingHttpHeader][]
  return list.flatMap((name, index) => (index % 2 === 0 ? [[String(name), list[index + 1]] as const] : []))
}

// An encrypted connection can't be reset, only closed without a word.
function resetConnection(socket: Socket | null): void {
  if (socket === null || 'encrypted' in socket) socket?.destroy()
  else socket.resetAndDestroy()
}
