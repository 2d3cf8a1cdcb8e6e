import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SocketReader } from './socket-reader.ts'

/** How connections are kept. */
export interface PoolOptions {
  /** The most connections to one origin at a time. */
  readonly maxConnections: number
  /** How long an unused connection is kept, in milliseconds. */
  readonly keepAliveMs: number
  /** Certificates of authorities to trust instead of the usual ones, as PEM. */
  readonly ca: string | readonly string[] | undefined
}

/** The connections of one transport. */
export class ConnectionPool {
  readonly #kept: readonly HttpAgent[]
  readonly #single: readonly HttpAgent[]

  constructor(options: PoolOptions) {
    const kept = agentOptions(options)
    const single = { ...kept, keepAlive: false }
    this.#kept = [new PlainAgent(kept), new TlsAgent(kept)]
    this.#single = [new PlainAgent(single), new TlsAgent(single)]
  }

  /** Gives the agent for a request: one that keeps connections, or one whose connections are new and serve one request each. */
  agent(isTls: boolean, isKept: boolean): HttpAgent {
    return (isKept ? this.#kept : this.#single)[isTls ? 1 : 0] as HttpAgent
  }

  /** How many connections are open, unused ones included. */
  get size(): number {
    const count = (sockets: NodeJS.ReadOnlyDict<Socket[]>): number =>
      Object.values(sockets).reduce((sum, list = []) => sum + list.length, 0)
    return this.#all.reduce((sum, agent) => sum + count(agent.sockets) + count(agent.freeSockets), 0)
  }

  /** Closes all connections, also those in use. */
  close(): void {
    for (const agent of this.#all) agent.destroy()
  }

  get #all(): readonly HttpAgent[] {
    return [...this.#kept, ...this.#single]
  }
}

function agentOptions({ maxConnections, keepAliveMs, ca }: PoolOptions): HttpsAgentOptions {
  const limits = { maxSockets: maxConnections, maxFreeSockets: maxConnections, timeout: keepAliveMs }
  // The connection used last is the least likely to have been closed meanwhile.
  const options: AgentOptions = { keepAlive: true, scheduling: 'lifo', ...limits }
  return ca === undefined ? options : { ...options, ca: typeof ca === 'string' ? ca : [...ca] }
}

class PlainAgent extends HttpAgent {
  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex | null | undefined {
    return withReader((onread) => super.createConnection({ ...options, onread } as ClientRequestArgs, callback))
  }
}

class TlsAgent extends HttpsAgent {
  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex | null | undefined {
    return withReader((onread) => super.createConnection({ ...options, onread } as ClientRequestArgs, callback))
  }
}

type Callback = (error: Error | null, stream: Duplex) => void

function withReader(connect: (onread: SocketReader['onread']) => Duplex | null | undefined): Duplex | null | undefined {
  const reader = new SocketReader()
  const socket = connect(reader.onread)
  if (socket instanceof Socket) reader.attach(socket)
  return socket
}
