import type { ByteRange } from '@stowage/core'
import type { BodySource, ByteResponse } from '@stowage/http'
import { AzureStore } from './azure-store.ts'
import type { KeboolaStoreAccess } from './file-answers.ts'
import { GcsStore } from './gcs-store.ts'
import { S3Store } from './s3-store.ts'
import type { KeboolaCallOptions, KeboolaWire } from './wire.ts'

/** What an object is stored with. */
export interface ObjectFacts {
  /** What it is called when somebody saves it; undefined for whatever its URL says. */
  readonly fileName: string | undefined
  /** Its media type. */
  readonly contentType: string | undefined
}

/** A part of an object that was sent. */
export interface SentPart {
  /** Its number, from 1. */
  readonly number: number
  /** What the store knows it by. */
  readonly tag: string
  /** Its CRC32, base64 of the four bytes. */
  readonly crc32: string
}

/** An object on its way, in parts. */
export interface PartedWrite {
  /** Sends a part; the same part may be sent again. */
  readonly put: (number: number, bytes: Uint8Array, call: KeboolaCallOptions) => Promise<SentPart>
  /** Makes the object of its parts, in order. Before that it isn't there. */
  readonly complete: (parts: readonly SentPart[], call: KeboolaCallOptions) => Promise<void>
  /** Gives up the parts that were sent; never fails. */
  readonly abort: () => Promise<void>
}

/** Which bytes of an object are read. */
export interface ObjectRead extends KeboolaCallOptions {
  /** The bytes wanted; undefined for all. */
  readonly range?: ByteRange | undefined
  /** Whether chunks may be lent. */
  readonly mayLend?: boolean | undefined
}

/** A place in a provider's store, and how it is written and read there. */
export interface ObjectStore {
  /** The key the credentials are for; slices and manifest have it in front. */
  readonly key: string
  /** Stores bytes in one request. */
  put(key: string, bytes: Uint8Array, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void>
  /** Stores a source in one request. */
  putSource(key: string, body: BodySource, facts: ObjectFacts, call: KeboolaCallOptions): Promise<void>
  /** Begins an object in parts; left out where a store takes sources of unknown length in one request. */
  beginParts?(key: string, facts: ObjectFacts, call: KeboolaCallOptions): Promise<PartedWrite>
  /** Begins to read an object. Any status is an answer. */
  get(key: string, read: ObjectRead): Promise<ByteResponse>
  /** Names an object for a manifest. */
  entryUrl(key: string): string
  /**
   * Reads the name of an object in a manifest.
   *
   * @throws StorageError `corrupt-data` for one in another store: nothing is sent there
   */
  entryKey(url: string): string
}

/** Opens the place that credentials are for. */
export function openStore(wire: KeboolaWire, access: KeboolaStoreAccess): ObjectStore {
  switch (access.provider) {
    case 'aws':
      return new S3Store(wire, access)
    case 'azure':
      return new AzureStore(wire, access)
    case 'gcp':
      return new GcsStore(wire, access)
  }
}
