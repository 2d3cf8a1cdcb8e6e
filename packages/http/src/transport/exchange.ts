// By their objects: what stands in for them in tests replaces `request` there, whichever module comes first.
import http, { type Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { StorageError } from '@stowage/core/driver'
import { type BodyFeed, ParserFeed } from './body-feed.ts'
import { BodySender } from './body-sender.ts'
import { DirectFeed } from './direct-feed.ts'
import { isSafe, RequestFailure } from '../request-failure.ts'
import type { RequestBody } from './request-body.ts'
import type { RequestTarget } from './request-target.ts'
import { ResponseBody } from './response-body.ts'
import { SocketReader } from './socket-reader.ts'

/** From this size on a body bypasses the HTTP parser, and its connection is not used again: cheap only beside many bytes. */
const directBytes = 8 * 1024 * 1024

/** One request as it goes out. */
export interface ExchangeRequest {
  /** The method, in capitals. */
  readonly method: string
  /** Where to. */
  readonly target: RequestTarget
  /** All headers but `host` and `connection`. */
  readonly headers: Readonly<Record<string, string>>
  /** The body. */
  readonly body: RequestBody | undefined
  /** Ends it at any moment. */
  readonly signal: AbortSignal | undefined
  /** Whose connections are used. */
  readonly agent: Agent
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number
  /** How long nothing may move, in milliseconds. */
  readonly idleTimeoutMs: number
  /** Whether chunks of the body may be lent. */
  readonly mayLend: boolean
}

/** What came of it. */
export interface Answer {
  /** Node's message: status and headers. */
  readonly message: IncomingMessage
  /** The body. */
  readonly body: ResponseBody
}

/** Why a body is not sent to its end: the server has answered already and doesn't want it. */
const refused = new Error('the server answered before it had the whole body')

/** Sends one request over one connection and takes its answer. */
export class Exchange {
  readonly #options: ExchangeRequest
  readonly #failure: RequestFailure
  readonly #answered = Promise.withResolvers<Answer>()
  readonly #request: ClientRequest
  readonly #sender: BodySender
  readonly #onAbort = (): void => this.#fail(this.#failure.aborted(this.#options.signal?.reason))
  readonly #onTimeout = (): void => this.#suspectStall()
  #socket: Socket | undefined
  #connectTimer: NodeJS.Timeout | undefined
  #bytesReadBefore = 0
  #body: ResponseBody | undefined
  #mayKeepConnection = true
  #sending: Promise<void> | undefined
  #isSending = true
  #waitsSince = 0
  #failed: { readonly reason: unknown } | undefined
  #isDone = false

  constructor(options: ExchangeRequest) {
    const { method, target, headers, agent, body } = options
    this.#options = options
    this.#failure = new RequestFailure(method, target.url, body)
    const send = target.isTls ? https.request : http.request
    const place = { host: target.hostname, port: target.port, path: target.path }
    this.#request = send({ method, headers, agent, ...place })
    this.#sender = new BodySender(this.#request)
  }

  /**
   * Whether the request failed because its connection had been kept too long: the server closed it before it saw, or cared to answer,
   * a request that only reads.
   */
  get wasStale(): boolean {
    const { method, body } = this.#options
    const hasAnswer = (this.#socket?.bytesRead ?? 0) > this.#bytesReadBefore
    const isLost = StorageError.is(this.#failed?.reason, 'unavailable') && !hasAnswer
    return isLost && this.#request.reusedSocket && isSafe(method) && body === undefined
  }

  /** Sends the request and waits for the answer's head. */
  async run(): Promise<Answer> {
    const { signal } = this.#options
    this.#request
      .once('socket', (socket) => this.#attach(socket))
      .once('response', (message) => this.#receive(message))
      .on('error', (error) => this.#breakOff(error))
      .once('close', () => this.#breakOff(undefined))
    if (signal?.aborted === true) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#sending = this.#send()
    const answer = await this.#answered.promise
    // An answer that is no refusal is only worth something once all has been sent.
    await this.#sending
    if (this.#failed !== undefined) throw this.#failed.reason
    return answer
  }

  /** Never fails by itself: what goes wrong fails the whole. */
  async #send(): Promise<void> {
    const { body } = this.#options
    try {
      if (body === undefined) this.#request.end()
      else await this.#sender.send(body)
      this.#failure.isSent = true
    } catch (error) {
      if (error !== refused) this.#fail(error)
    } finally {
      this.#isSending = false
    }
  }

  #attach(socket: Socket): void {
    const { connectTimeoutMs, idleTimeoutMs, target } = this.#options
    this.#socket = socket
    this.#bytesReadBefore = socket.bytesRead
    if (this.#isDone) return
    socket.setTimeout(idleTimeoutMs).on('timeout', this.#onTimeout)
    const onConnect = (): void => {
      clearTimeout(this.#connectTimer)
      this.#failure.isConnected = true
    }
    // A request that waited for a connection in use gets it connected. Of a stand-in nobody knows when it is; in doubt a write may
    // have been applied.
    if (!socket.connecting || SocketReader.of(socket) === undefined) return onConnect()
    this.#connectTimer = setTimeout(() => this.#fail(this.#failure.notConnected(connectTimeoutMs)), connectTimeoutMs)
    socket.once(target.isTls ? 'secureConnect' : 'connect', onConnect)
  }

  /** Runs within the parser, before it gives the first bytes of the body. */
  #receive(message: IncomingMessage): void {
    if (this.#isDone) return
    clearTimeout(this.#connectTimer)
    this.#failure.isConnected = true
    const sizeBytes = bodySize(message, this.#options.method)
    const body: ResponseBody = new ResponseBody(this.#feed(message, sizeBytes), sizeBytes, {
      onWait: () => (this.#waitsSince = performance.now()),
      onDone: (isComplete) => this.#finish(isComplete),
      cutOff: (gotBytes, cause) => (StorageError.is(cause) ? cause : this.#failure.cutOff(gotBytes, sizeBytes, cause)),
    })
    this.#body = body
    message
      // Once all has arrived, read or not, the connection is free for others.
      .once('end', () => void this.#sending?.then(() => this.#finish(true)))
      .on('error', (error) => this.#cutOff(error))
      .once('close', () => message.readableEnded || this.#cutOff(undefined))
    if (message.statusCode !== undefined && message.statusCode >= 300) this.#sender.stop(refused)
    this.#answered.resolve({ message, body })
  }

  #feed(message: IncomingMessage, sizeBytes: number | undefined): BodyFeed {
    const wake = (): void => this.#body?.wake()
    const reader = SocketReader.of(message.socket)
    if (sizeBytes === undefined || sizeBytes < directBytes || reader === undefined) return new ParserFeed(message, wake)
    const feed = new DirectFeed(message, sizeBytes, this.#options.mayLend, wake)
    // The parser never hears of the end of this message.
    this.#mayKeepConnection = false
    reader.divert(feed)
    return feed
  }

  /** The connection ended, with or without a word: too early while there is no answer or something left to send. */
  #breakOff(error: unknown): void {
    if (this.#isDone || (this.#body !== undefined && this.#request.writableFinished)) return
    const failure = error === undefined ? this.#failure.closed() : this.#failure.ofConnection(error)
    if (this.#body === undefined) this.#fail(failure)
    else this.#sender.stop(failure)
  }

  /** The connection ended within the answer. */
  #cutOff(error: unknown): void {
    if (this.#isDone) return
    // Nothing is left to be aborted; what arrived can still be read.
    this.#unlisten()
    this.#body?.breakOff(error)
  }

  /** After a pause of this process itself timers come first, so what has arrived meanwhile gets a chance. */
  #suspectStall(): void {
    const [gotBytes, waitingBytes] = [this.#socket?.bytesRead, this.#socket?.writableLength]
    setImmediate(() => {
      if (this.#isDone) return
      const hasMoved = this.#socket?.bytesRead !== gotBytes || this.#socket?.writableLength !== waitingBytes
      if (!hasMoved) this.#checkStall()
    })
  }

  #checkStall(): void {
    const { idleTimeoutMs } = this.#options
    const stalled = (): StorageError => this.#failure.stalled(idleTimeoutMs)
    if (this.#body === undefined || this.#isSending) {
      // The time the source took before it gave something is not the server's.
      const leftMs = this.#sender.givenAtMs + idleTimeoutMs - performance.now()
      const isServers = this.#failure.isConnected && !this.#sender.awaitsSource
      if (isServers && leftMs <= 0) return this.#fail(stalled())
      if (isServers) return void this.#socket?.setTimeout(Math.ceil(leftMs))
    } else if (this.#body.isWaiting) {
      // Neither is the time its reader took before it asked for more.
      const leftMs = this.#waitsSince + idleTimeoutMs - performance.now()
      if (leftMs <= 0) return this.#body.breakOff(stalled())
      return void this.#socket?.setTimeout(Math.ceil(leftMs))
    }
    this.#socket?.setTimeout(idleTimeoutMs)
  }

  #fail(reason: unknown): void {
    if (this.#isDone) return
    this.#failed = { reason }
    this.#body?.abort(reason)
    this.#answered.reject(reason)
    this.#sender.stop(reason)
    this.#finish(false)
  }

  #finish(isComplete: boolean): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#unlisten()
    if (!isComplete || !this.#mayKeepConnection || !this.#request.writableFinished) this.#request.destroy()
  }

  #unlisten(): void {
    clearTimeout(this.#connectTimer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#socket?.off('timeout', this.#onTimeout)
  }
}

/** Gives how many bytes of body an answer has to bring; undefined where only its end tells. */
function bodySize({ statusCode = 0, headers }: IncomingMessage, method: string): number | undefined {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0
  if (headers['transfer-encoding'] !== undefined) return undefined
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}
