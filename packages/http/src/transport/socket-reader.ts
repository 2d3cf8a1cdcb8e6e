import type { Duplex } from 'node:stream'
import type { OnReadOpts, Socket } from 'node:net'
import type { DirectFeed } from './direct-feed.ts'

const slabBytes = 64 * 1024
/** A slab with less room than this is done with. */
const leastRoomBytes = 16 * 1024

const readers = new WeakMap<Duplex, SocketReader>()

/**
 * Decides where the system reads a connection's bytes into: small memory for what the HTTP parser gets, the chunks of a
 * {@link DirectFeed} while there is one.
 *
 * Node's own way makes new memory for each read, and its parser copies that into new memory again.
 */
export class SocketReader {
  #slab = Buffer.allocUnsafeSlow(slabBytes)
  #usedBytes = 0
  #socket: Socket | undefined
  #feed: DirectFeed | undefined

  /** Gives the reader of a connection; undefined for one that somebody else made, as test doubles do. */
  static of(socket: Duplex): SocketReader | undefined {
    return readers.get(socket)
  }

  /** What the connection has to be made with. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#buffer(),
    callback: (sizeBytes, memory) => this.#read(memory.subarray(0, sizeBytes)),
  }

  /** Begins to serve a connection made with {@link SocketReader.onread}. */
  attach(socket: Socket): void {
    this.#socket = socket
    readers.set(socket, this)
  }

  /** Lets all bytes from the next read on go to a feed; for good, so the connection can't be used again. */
  divert(feed: DirectFeed): void {
    this.#feed = feed
  }

  // Bytes that were read stay where they are: nobody promises that the parser, or a paused stream, has copied them.
  #buffer(): Uint8Array {
    const direct = this.#feed?.hasBegun === true ? this.#feed.buffer() : undefined
    if (direct !== undefined) return direct
    if (slabBytes - this.#usedBytes < leastRoomBytes) {
      this.#slab = Buffer.allocUnsafeSlow(slabBytes)
      this.#usedBytes = 0
    }
    return this.#slab.subarray(this.#usedBytes)
  }

  #read(bytes: Uint8Array): boolean {
    if (this.#feed?.hasBegun === true) return this.#feed.filled(bytes.byteLength)
    this.#usedBytes += bytes.byteLength
    const wantsMore = this.#socket?.push(bytes) ?? false
    // The parser has been through these bytes now, and a feed may have been set on its way.
    this.#feed?.begin()
    return wantsMore
  }
}
