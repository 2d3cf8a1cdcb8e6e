import { nothing } from './answers.ts'
import {
  type KeboolaMetadata,
  type KeboolaTableMetadata,
  metadataAnswer,
  tableMetadataAnswer,
} from './metadata-answers.ts'
import type { KeboolaParts } from './parts.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** A value of metadata to be written. */
export interface KeboolaMetadataEntry {
  /** Its key, for example `KBC.description`. */
  readonly key: string
  /** Its value. */
  readonly value: string
}

/** Metadata to be written. Values under other keys stay, and so do those of other providers. */
export interface KeboolaMetadataFields {
  /** Who writes them; `system` and `storage` are the service's own. */
  readonly provider: string
  /** The values. */
  readonly metadata: readonly KeboolaMetadataEntry[]
}

/** Metadata of a table and of its columns to be written. */
export interface KeboolaTableMetadataFields extends KeboolaMetadataFields {
  /** The values of columns, by column. Default: none. */
  readonly columnsMetadata?: Readonly<Record<string, readonly KeboolaMetadataEntry[]>> | undefined
}

/** Metadata: texts under keys, of buckets, tables and columns. */
export class KeboolaMetadataClient {
  readonly #parts: KeboolaParts

  /** @internal */
  constructor(parts: KeboolaParts) {
    this.#parts = parts
  }

  /** Gives the metadata of a bucket (`GET buckets/{id}/metadata`). */
  async listOfBucket(bucketId: string, call: KeboolaCallOptions = {}): Promise<readonly KeboolaMetadata[]> {
    return this.#list(['buckets', bucketId], call)
  }

  /** Writes metadata of a bucket and gives all of it (`POST buckets/{id}/metadata`). */
  async setOfBucket(
    bucketId: string,
    fields: KeboolaMetadataFields,
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaMetadata[]> {
    return this.#set(['buckets', bucketId], fields, call)
  }

  /** Deletes one value of a bucket's metadata (`DELETE buckets/{id}/metadata/{metadataId}`). */
  async deleteOfBucket(bucketId: string, metadataId: string, call: KeboolaCallOptions = {}): Promise<void> {
    return this.#delete(['buckets', bucketId], metadataId, call)
  }

  /** Gives the metadata of a table (`GET tables/{id}/metadata`). */
  async listOfTable(tableId: string, call: KeboolaCallOptions = {}): Promise<readonly KeboolaMetadata[]> {
    return this.#list(['tables', tableId], call)
  }

  /** Writes metadata of a table, and of its columns in the same call (`POST tables/{id}/metadata`). */
  async setOfTable(
    tableId: string,
    { provider, metadata, columnsMetadata = {} }: KeboolaTableMetadataFields,
    call: KeboolaCallOptions = {},
  ): Promise<KeboolaTableMetadata> {
    const columns = Object.entries(columnsMetadata).map(([columnName, entries]) =>
      entries.map(({ key, value }) => ({ columnName, key, value })),
    )
    // Of the two forms the one with columns as keys is deprecated.
    const json = { provider, metadata, ...(columns.length === 0 ? {} : { columnsMetadata: columns }) }
    return this.#parts.call({ method: 'POST', path: ['tables', tableId, 'metadata'], json }, tableMetadataAnswer, call)
  }

  /** Deletes one value of a table's metadata (`DELETE tables/{id}/metadata/{metadataId}`). */
  async deleteOfTable(tableId: string, metadataId: string, call: KeboolaCallOptions = {}): Promise<void> {
    return this.#delete(['tables', tableId], metadataId, call)
  }

  /** Gives the metadata of a column (`GET columns/{tableId}.{column}/metadata`). */
  async listOfColumn(
    tableId: string,
    column: string,
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaMetadata[]> {
    return this.#list(['columns', `${tableId}.${column}`], call)
  }

  /** Writes metadata of a column and gives all of it (`POST columns/{tableId}.{column}/metadata`). */
  async setOfColumn(
    tableId: string,
    column: string,
    fields: KeboolaMetadataFields,
    call: KeboolaCallOptions = {},
  ): Promise<readonly KeboolaMetadata[]> {
    return this.#set(['columns', `${tableId}.${column}`], fields, call)
  }

  /** Deletes one value of a column's metadata (`DELETE columns/{tableId}.{column}/metadata/{metadataId}`). */
  async deleteOfColumn(
    tableId: string,
    column: string,
    metadataId: string,
    call: KeboolaCallOptions = {},
  ): Promise<void> {
    return this.#delete(['columns', `${tableId}.${column}`], metadataId, call)
  }

  #list(place: readonly string[], call: KeboolaCallOptions): Promise<readonly KeboolaMetadata[]> {
    return this.#parts.call({ path: [...place, 'metadata'] }, metadataAnswer, call)
  }

  #set(
    place: readonly string[],
    { provider, metadata }: KeboolaMetadataFields,
    call: KeboolaCallOptions,
  ): Promise<readonly KeboolaMetadata[]> {
    const request = { method: 'POST', path: [...place, 'metadata'], json: { provider, metadata } } as const
    return this.#parts.call(request, metadataAnswer, call)
  }

  #delete(place: readonly string[], metadataId: string, call: KeboolaCallOptions): Promise<void> {
    return this.#parts.call({ method: 'DELETE', path: [...place, 'metadata', metadataId] }, nothing, call)
  }
}
