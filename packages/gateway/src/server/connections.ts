import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The connections of a server. Node's own list takes one on which nothing was ever sent for busy, and doesn't know one whose
 * encryption isn't agreed on yet: either would keep a server from closing.
 */
export class Connections {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #busy = new Map<Socket, number>()
  readonly #leaving = new WeakSet<Socket>()
  #isClosing = false

  /** @param graceMs - how long an idle connection stays open beyond what clients are told */
  constructor(server: Server, graceMs: number) {
    this.#server = server
    server.on('timeout', (socket: Socket) => this.#timeOut(socket, graceMs))
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
    })
  }

  // A client may send its next request in the very moment it was told the connection lasts to; closed just then, it would not know
  // whether that request was worked on.
  #timeOut(socket: Socket, graceMs: number): void {
    if (this.#busy.has(socket) || this.#leaving.has(socket)) return void socket.destroy()
    this.#leaving.add(socket)
    socket.setTimeout(graceMs)
  }

  /** Notes that a connection is busy until the function that this gives is called. */
  hold(socket: Socket): () => void {
    this.#leaving.delete(socket)
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1)
    return () => {
      const left = (this.#busy.get(socket) ?? 1) - 1
      if (left > 0) this.#busy.set(socket, left)
      else this.#release(socket)
    }
  }

  #release(socket: Socket): void {
    this.#busy.delete(socket)
    // What is in the socket's buffer still belongs to the answer.
    if (this.#isClosing) socket.destroySoon()
  }

  /** Takes no new connection, closes those that are idle at once, the others when they are, and all at the deadline. */
  close(deadlineMs: number): Promise<void> {
    this.#isClosing = true
    return new Promise((resolve) => {
      const deadline = setTimeout(() => this.#open.forEach((socket) => socket.destroy()), deadlineMs)
      this.#server.close(() => {
        clearTimeout(deadline)
        resolve()
      })
      this.#server.closeIdleConnections()
      this.#closeSilent()
    })
  }

  // Where connections are encrypted, those in the set are the ones below, which are never marked as busy.
  #closeSilent(): void {
    if (isEncrypted(this.#server)) return
    for (const socket of this.#open) if (!this.#busy.has(socket)) socket.destroy()
  }
}

/** Tells whether a server speaks HTTPS. */
export function isEncrypted(server: Server): boolean {
  return 'setSecureContext' in server
}
