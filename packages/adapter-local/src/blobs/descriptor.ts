import fs from 'node:fs'
import { fileSystemError, filesClosed } from '../file-errors.ts'

// A body that nobody reads to its end and nobody stops would hold its file for ever.
const abandoned = new FinalizationRegistry((state: DescriptorState) => closeState(state))

interface DescriptorState {
  readonly descriptor: number
  readonly closers: Set<() => void>
  readonly closer: () => void
  reads: number
  isEnded: boolean
  isClosed: boolean
}

/** A file open for reading. It is closed once, and never while a read is under way: its number may be used again by then. */
export class Descriptor {
  readonly #state: DescriptorState

  /**
   * @param descriptor - the open file
   * @param closers - holds a function that closes it for as long as it is open
   */
  constructor(descriptor: number, closers: Set<() => void>) {
    // The function knows the state only, so that it doesn't keep the object alive.
    const closer = (): void => closeState(state)
    const state: DescriptorState = { descriptor, closers, closer, reads: 0, isEnded: false, isClosed: false }
    this.#state = state
    closers.add(closer)
    abandoned.register(this, state, this)
  }

  /** Reads into all of a buffer from a position; gives the bytes read, fewer at the end of the file. */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    const state = this.#state
    if (state.isEnded) throw filesClosed()
    state.reads += 1
    try {
      let filled = 0
      while (filled < buffer.byteLength) {
        const count = await readOnce(state.descriptor, buffer, filled, position + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    } finally {
      state.reads -= 1
      if (state.isEnded) closeState(state)
    }
  }

  /** Reads like {@link Descriptor.read}, at once. */
  readSync(buffer: Uint8Array, position: number): number {
    if (this.#state.isEnded) throw filesClosed()
    let filled = 0
    while (filled < buffer.byteLength) {
      const length = buffer.byteLength - filled
      const count = fs.readSync(this.#state.descriptor, buffer, filled, length, position + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }

  /** Closes, after the read that is under way. */
  close(): void {
    this.#state.isEnded = true
    abandoned.unregister(this)
    closeState(this.#state)
  }
}

function closeState(state: DescriptorState): void {
  state.isEnded = true
  if (state.isClosed || state.reads > 0) return
  state.isClosed = true
  fs.closeSync(state.descriptor)
  state.closers.delete(state.closer)
}

function readOnce(descriptor: number, buffer: Uint8Array, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, buffer, offset, buffer.byteLength - offset, position, (error, count) =>
      error === null ? resolve(count) : reject(fileSystemError(error)),
    )
  })
}
