import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Clock, invalidArgument, type Logger, StorageError, toStorageError } from '@stowage/core/driver'
import { Connections, isEncrypted } from './connections.ts'
import type { FaultPlan, Faults } from './faults.ts'
import { type Exchange, GatewayRequest } from './gateway-request.ts'
import { GatewayResponse, replacesAnswer } from './gateway-response.ts'
import { findListenAddress, urlHost } from './listen-address.ts'
import type { LogEntry, RequestLog } from './request-log.ts'

/** Answers one request. What it throws before it has answered becomes status 500. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

/** A certificate and its key, in PEM. */
export interface TlsOptions {
  /** The certificate, with those between it and the authority. */
  readonly cert: string
  /** Its private key. */
  readonly key: string
}

/** Where a gateway listens, and who may reach it. */
export interface ListenOptions {
  /** The address, or a name of this machine. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** The port; 0 takes one that is free. Default 0. */
  readonly port?: number | undefined
  /** Encrypts connections. Default: none. */
  readonly tls?: TlsOptions | undefined
  /**
   * Lets others reach a gateway that lacks a token of its own or TLS. Default false: listening beyond loopback then fails.
   */
  readonly allowRemote?: boolean | undefined
  /** How long closing waits for requests that are being answered, in milliseconds. Default 5,000. */
  readonly closeDeadlineMs?: number | undefined
}

/** What a server needs beside where it listens. */
export interface ServerParts {
  /** Its name in the log and in fault rules. */
  readonly name: string
  /** Answers its requests. */
  readonly handler: RequestHandler
  /** Whether clients need a token that only they know. */
  readonly hasToken: boolean
  /** What goes wrong. */
  readonly faults: Faults
  /** Where requests are noted. */
  readonly log: RequestLog
  /** Where failures of the handler go. */
  readonly logger: Logger
  /** The clock. */
  readonly clock: Clock
  /** How long idle connections stay open, as clients are told, and how much longer they do. Default 65 s and 10 s. */
  readonly keepAlive?: KeepAlive
}

/** How long idle connections stay open, in milliseconds. */
export interface KeepAlive {
  /** What clients are told. */
  readonly toldMs: number
  /** How much longer they really do. */
  readonly graceMs: number
}

const defaultKeepAlive: KeepAlive = { toldMs: 65_000, graceMs: 10_000 }
const idleSocketMs = 10 * 60_000

/** A server that listens. */
export class GatewayServer {
  /** The root of what it serves, without a slash at the end: `http://127.0.0.1:40123`. */
  readonly url: string
  /** The port it listens on. */
  readonly port: number
  readonly #connections: Connections
  readonly #closeDeadlineMs: number
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(server: Server, connections: Connections, closeDeadlineMs: number) {
    const { address, port } = server.address() as AddressInfo
    this.url = `${isEncrypted(server) ? 'https' : 'http'}://${urlHost(address)}:${port}`
    this.port = port
    this.#connections = connections
    this.#closeDeadlineMs = closeDeadlineMs
  }

  /**
   * Stops: takes no more connections, waits until the requests that are being answered are done, and closes what is left at the
   * deadline. Calling it again gives the same promise.
   */
  close(): Promise<void> {
    this.#closed ??= this.#connections.close(this.#closeDeadlineMs)
    return this.#closed
  }
}

/**
 * Starts a server.
 *
 * @throws StorageError `permission-denied` for an address that others can reach without a token and TLS, `conflict` for a port
 * that is taken, `invalid-argument` for a host or port that can't be
 */
export async function startServer(parts: ServerParts, options: ListenOptions): Promise<GatewayServer> {
  const { host = '127.0.0.1', port = 0, tls, closeDeadlineMs = 5000 } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalidArgument(`port ${port} is none: give a whole number from 0 to 65535, 0 for one that is free`)
  }
  const isAllowed = options.allowRemote === true
  const address = await findListenAddress(host, { hasToken: parts.hasToken, hasTls: tls !== undefined, isAllowed })
  const { toldMs, graceMs } = parts.keepAlive ?? defaultKeepAlive
  const server = createNodeServer(tls, toldMs)
  const connections = new Connections(server, graceMs)
  serveRequests(server, connections, parts)
  await listen(server, address, port)
  return new GatewayServer(server, connections, closeDeadlineMs)
}

function createNodeServer(tls: TlsOptions | undefined, keepAliveTimeout: number): Server {
  // The whole of a large body may take longer than any limit; connections on which nothing happens are closed.
  // Newer versions of Node have a grace of their own, older ones none: ours is the same on all.
  const settings = { requestTimeout: 0, keepAliveTimeout, keepAliveTimeoutBuffer: 0, noDelay: true }
  const classes = {
    IncomingMessage: GatewayRequest,
    ServerResponse: GatewayResponse as unknown as typeof ServerResponse,
  }
  const server = tls === undefined ? createServer({ ...settings, ...classes }) : encryptedServer(tls, settings, classes)
  server.setTimeout(idleSocketMs)
  return server as Server
}

function encryptedServer(
  { cert, key }: TlsOptions,
  settings: object,
  classes: object,
): ReturnType<typeof createServer> {
  try {
    return createTlsServer({ ...settings, ...classes, cert, key }) as unknown as ReturnType<typeof createServer>
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalidArgument(`tls: certificate and key can't be used (${reason}): give both in PEM, fitting each other`)
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explainListen(error, host, port))
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function explainListen(error: NodeJS.ErrnoException, host: string, port: number): StorageError {
  if (error.code === 'EADDRINUSE') {
    const message = `port ${port} of ${host} is in use: stop what listens there, or give another port, 0 for a free one`
    return new StorageError({ code: 'conflict', message, nativeCode: error.code, details: { host, port } })
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return invalidArgument(`${host} is no address of this machine: give one of its own, or 127.0.0.1`, { host })
  }
  return toStorageError(error, { backend: 'gateway' }, { operation: 'listen', resource: `${host}:${port}` })
}

function serveRequests(server: Server, connections: Connections, parts: ServerParts): void {
  const accept = (request: GatewayRequest, response: GatewayResponse): void => {
    const { entry, plan } = register(request, parts)
    const exchange = { entry, plan, clock: parts.clock, ended: plan === undefined ? never : endOf(response) }
    request.begin(exchange)
    response.begin(exchange)
    const release = connections.hold(request.socket)
    response.once('close', () => {
      release()
      parts.log.end(entry, parts.clock.now(), !response.writableFinished)
    })
    if (!server.listening) response.shouldKeepAlive = false
    void answer(request, response, exchange, parts)
  }
  server.on('request', accept as unknown as RequestListener)
  server.on('checkContinue', ((request: GatewayRequest, response: GatewayResponse) => {
    request.continueOnRead(response)
    accept(request, response)
  }) as unknown as RequestListener)
}

// Only faults wait for the end of a response.
const never = new AbortController().signal

function endOf(response: ServerResponse): AbortSignal {
  const ended = new AbortController()
  response.once('close', () => ended.abort())
  return ended.signal
}

function register(request: GatewayRequest, parts: ServerParts): { entry: LogEntry; plan: FaultPlan | undefined } {
  const [path, query] = splitTarget(request.url ?? '')
  const target = { server: parts.name, method: request.method ?? '', path }
  const plan = parts.faults.planFor(target)
  const facts = { ...target, query, headers: request.headers, startedAtMs: parts.clock.now() }
  return { plan, entry: parts.log.begin({ ...facts, isFaulted: plan !== undefined }) }
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf('?')
  return mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

async function answer(
  request: GatewayRequest,
  response: GatewayResponse,
  { plan, ended }: Exchange,
  { handler, logger, clock, name }: ServerParts,
): Promise<void> {
  try {
    if (plan?.delayMs !== undefined && plan.delayMs > 0) await clock.sleep(plan.delayMs, ended)
    if (plan !== undefined && replacesAnswer(plan) && plan.when !== 'after') response.answerFault()
    else await handler(request, response)
  } catch (error) {
    // A client that has left broke it off itself.
    if (!response.destroyed) logger.error('the request failed', { server: name, error })
    failResponse(response)
  }
}

function failResponse(response: GatewayResponse): void {
  if (response.headersSent) response.destroy()
  else if (!response.destroyed) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('The request could not be answered.\n')
  }
}
