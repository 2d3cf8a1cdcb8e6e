import { abortable, type ByteSource, type Clock, returnChunk, StorageError } from '@stowage/core/driver'
import type { BodySource } from '@stowage/http'
import { hasStatus } from './errors.ts'
import type { KeboolaStoreAccess } from './file-answers.ts'
import { type ObjectFacts, type ObjectStore, openStore } from './object-store.ts'
import { countParts, type CutPart, partBytesAt, PartCutter } from './part-cutter.ts'
import { sendParts } from './part-sender.ts'
import type { KeboolaParts } from './parts.ts'
import { repeat } from './repeat.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** Where an object goes. */
export interface ObjectPlace {
  /** The credentials. */
  readonly access: KeboolaStoreAccess
  /** What comes behind the key the credentials are for: the name of a slice; empty for a whole file. */
  readonly suffix: string
  /** What it is stored with. */
  readonly facts: ObjectFacts
  /** Gives fresh credentials; undefined where there are none. */
  readonly refresh: (() => Promise<KeboolaStoreAccess>) | undefined
}

/** Up to this size a source that can be read again goes in one request: repeating that costs little, and parts would cost more. */
const maxWholeBytes = 256 * 1024 * 1024

/** What kind of data it is the first bytes tell. */
const peekBytes = 1024

/**
 * Sends one source to a store: in one request when it is short or can be read again, in parts otherwise. To be closed whatever becomes of
 * it.
 */
export class ObjectUpload {
  readonly #parts: KeboolaParts
  readonly #source: ByteSource
  readonly #call: KeboolaCallOptions
  readonly #onPart: (part: number, parts: number | undefined) => void
  readonly #controller = new AbortController()
  readonly #cutter: PartCutter
  readonly #cut: AsyncGenerator<CutPart, void, undefined>
  readonly #onAbort = (): void => this.#controller.abort(this.#call.signal?.reason)
  #sentBytes = 0

  constructor(
    parts: KeboolaParts,
    source: ByteSource,
    call: KeboolaCallOptions,
    onPart: (part: number, parts: number | undefined) => void = () => {},
  ) {
    call.signal?.throwIfAborted()
    this.#parts = parts
    this.#source = source
    this.#call = call
    this.#onPart = onPart
    this.#cutter = new PartCutter(source, this.#controller.signal)
    this.#cut = this.#cutter.parts()
    call.signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** How many bytes were sent. */
  get sentBytes(): number {
    return this.#sentBytes
  }

  /** Reads the first part, or all there is; once. What goes in one request is only looked into. */
  async readFirst(): Promise<CutPart> {
    if (this.#canGoWhole) return this.#peek()
    const next = await this.#cut.next()
    if (next.done !== true) return next.value
    throw new StorageError({ code: 'internal', message: 'the source of an upload was read a second time' })
  }

  /** Sends the first part and the rest. */
  async send(first: CutPart, place: ObjectPlace): Promise<void> {
    const { suffix, facts } = place
    const store = openStore(this.#parts.wire, place.access)
    const key = store.key + suffix
    if (first.isLast) return this.#sendBytes(store, first.bytes, place)
    if (this.#canGoWhole) return this.#sendWhole(store, place)
    const all = this.#all(first)
    if (store.beginParts !== undefined) return this.#sendParts(store.beginParts(key, facts, this.#ownCall), all)
    const { sizeBytes } = this.#source
    const body: BodySource = { sizeBytes, isReopenable: false, open: () => bytesOf(all) }
    await store.putSource(key, body, facts, this.#ownCall)
  }

  /** Ends the reading, and forgets the signal. */
  async close(): Promise<void> {
    this.#call.signal?.removeEventListener('abort', this.#onAbort)
    await this.#cut.return().catch(() => {})
  }

  get #canGoWhole(): boolean {
    const { isReopenable, bytes, sizeBytes = bytes?.byteLength ?? Number.POSITIVE_INFINITY } = this.#source
    return isReopenable && sizeBytes > partBytesAt(1) && sizeBytes <= maxWholeBytes
  }

  async #peek(): Promise<CutPart> {
    const { bytes } = this.#source
    if (bytes !== undefined) return { number: 1, bytes, isLast: true }
    for await (const chunk of abortable(this.#source.open(), this.#controller.signal)) {
      const head = chunk.slice(0, peekBytes)
      returnChunk(chunk)
      return { number: 1, bytes: head, isLast: false }
    }
    return { number: 1, bytes: new Uint8Array(), isLast: false }
  }

  get #clock(): Clock {
    return this.#parts.clock
  }

  get #ownCall(): KeboolaCallOptions {
    return { signal: this.#controller.signal, receipt: this.#call.receipt }
  }

  async #sendBytes(store: ObjectStore, bytes: Uint8Array, { suffix, facts, refresh }: ObjectPlace): Promise<void> {
    this.#sentBytes += bytes.byteLength
    await this.#inOneRequest(store, refresh, (to) => to.put(store.key + suffix, bytes, facts, this.#ownCall))
  }

  /** Reads the source from its beginning once more, and again for each attempt. */
  async #sendWhole(store: ObjectStore, { suffix, facts, refresh }: ObjectPlace): Promise<void> {
    const { sizeBytes } = this.#source
    const body: BodySource = { sizeBytes, isReopenable: true, open: () => this.#source.open() }
    this.#sentBytes += sizeBytes ?? 0
    await this.#inOneRequest(store, refresh, (to) => to.putSource(store.key + suffix, body, facts, this.#ownCall))
  }

  async #inOneRequest(
    store: ObjectStore,
    refresh: ObjectPlace['refresh'],
    put: (to: ObjectStore) => Promise<void>,
  ): Promise<void> {
    this.#onPart(1, 1)
    try {
      await repeat(this.#clock, this.#ownCall, () => put(store))
    } catch (error) {
      if (refresh === undefined || !hasStatus(error, 401)) throw error
      await put(openStore(this.#parts.wire, await refresh()))
    }
  }

  async #sendParts(
    beginning: ReturnType<NonNullable<ObjectStore['beginParts']>>,
    parts: AsyncIterable<CutPart>,
  ): Promise<void> {
    const write = await beginning
    try {
      const sent = await sendParts({
        write,
        parts,
        giveBack: (bytes) => this.#cutter.giveBack(bytes),
        clock: this.#clock,
        controller: this.#controller,
        receipt: this.#call.receipt,
      })
      await repeat(this.#clock, this.#ownCall, () => write.complete(sent, this.#ownCall))
    } catch (error) {
      await write.abort()
      throw error
    }
  }

  async *#all(first: CutPart): AsyncGenerator<CutPart, void, undefined> {
    const { sizeBytes } = this.#source
    const count = sizeBytes === undefined ? undefined : countParts(sizeBytes)
    const seen = (part: CutPart): CutPart => {
      this.#onPart(part.number, part.isLast ? part.number : count)
      this.#sentBytes += part.bytes.byteLength
      return part
    }
    yield seen(first)
    for await (const part of this.#cut) yield seen(part)
  }
}

async function* bytesOf(parts: AsyncIterable<CutPart>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { bytes } of parts) yield bytes
}
