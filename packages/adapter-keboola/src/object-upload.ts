import { type ByteSource, type Clock, StorageError } from '@stowage/core/driver'
import type { BodySource } from '@stowage/http'
import { hasStatus } from './errors.ts'
import type { KeboolaStoreAccess } from './file-answers.ts'
import { type ObjectFacts, type ObjectStore, openStore } from './object-store.ts'
import { countParts, type CutPart, PartCutter } from './part-cutter.ts'
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

/** Sends one source to a store: whole when it is short, in parts or as a stream otherwise. To be closed whatever becomes of it. */
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

  /** Reads the first part, or all there is; once. */
  async readFirst(): Promise<CutPart> {
    const next = await this.#cut.next()
    if (next.done !== true) return next.value
    throw new StorageError({ code: 'internal', message: 'the source of an upload was read a second time' })
  }

  /** Sends the first part and the rest. */
  async send(first: CutPart, place: ObjectPlace): Promise<void> {
    const { suffix, facts } = place
    const store = openStore(this.#parts.wire, place.access)
    const key = store.key + suffix
    if (first.isLast) return this.#sendWhole(store, first.bytes, place)
    const all = this.#all(first)
    if (store.beginParts !== undefined) return this.#sendParts(store.beginParts(key, facts, this.#ownCall), all)
    const { sizeBytes } = this.#source
    const body: BodySource = { sizeBytes, isReopenable: false, open: () => bytesOf(all) }
    await store.putStream?.(key, body, facts, this.#ownCall)
  }

  /** Ends the reading, and forgets the signal. */
  async close(): Promise<void> {
    this.#call.signal?.removeEventListener('abort', this.#onAbort)
    await this.#cut.return().catch(() => {})
  }

  get #clock(): Clock {
    return this.#parts.clock
  }

  get #ownCall(): KeboolaCallOptions {
    return { signal: this.#controller.signal, receipt: this.#call.receipt }
  }

  async #sendWhole(store: ObjectStore, bytes: Uint8Array, { suffix, facts, refresh }: ObjectPlace): Promise<void> {
    const key = store.key + suffix
    this.#onPart(1, 1)
    this.#sentBytes += bytes.byteLength
    try {
      await repeat(this.#clock, this.#ownCall, () => store.put(key, bytes, facts, this.#ownCall))
    } catch (error) {
      if (refresh === undefined || !hasStatus(error, 401)) throw error
      await openStore(this.#parts.wire, await refresh()).put(key, bytes, facts, this.#ownCall)
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
