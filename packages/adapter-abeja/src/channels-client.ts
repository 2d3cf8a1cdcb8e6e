import { encodeSegment, type JsonRequest } from '@stowage/http'
import {
  type AbejaChannel,
  type AbejaDatasource,
  channelAnswer,
  channelsAnswer,
  datasourceAnswer,
  datasourcesAnswer,
} from './answers.ts'
import { byOffset, type OffsetPage } from './paging.ts'
import type { AbejaCallOptions, AbejaWire } from './wire.ts'

/** What a container may be created with; all of it may be left out. */
export interface AbejaContainerFields {
  /** Its name; need not be unique. */
  readonly name?: string | undefined
  /** Free text. */
  readonly description?: string | undefined
}

/** What a channel may be created with. */
export interface AbejaChannelFields extends AbejaContainerFields {
  /** What it is for. Default `datalake`; what `file` changes is not documented. */
  readonly storageType?: 'datalake' | 'file' | undefined
}

/** Asks for one page by offset. */
export interface AbejaOffsetQuery {
  /** The most items. Default: the service's, 50. */
  readonly limit?: number | undefined
  /** How many are left out. Default 0. */
  readonly offset?: number | undefined
}

/** Asks for a page of channels. */
export interface AbejaChannelQuery extends AbejaOffsetQuery {
  /** Whether archived ones are listed too. Default false. */
  readonly includeArchived?: boolean | undefined
}

/** How many containers are asked for at a time. */
export const containersPerPage = 1000

/** Channels of an organization and the datasources that are connected to them. */
export class AbejaChannelsClient {
  /** @internal */
  protected readonly wire: AbejaWire

  /** @internal */
  constructor(wire: AbejaWire) {
    this.wire = wire
  }

  /** Creates a channel (`create_channel`). Two may have the same name, so repeating a call whose answer was lost may make a second one. */
  async createChannel(fields: AbejaChannelFields = {}, call: AbejaCallOptions = {}): Promise<AbejaChannel> {
    const { name, description, storageType = 'datalake' } = fields
    const json = { name, description, storage_type: storageType }
    return this.wire.call({ method: 'POST', path: this.#path(call), json }, channelAnswer, call)
  }

  /** Gives one page of channels (`list_channels`). */
  async listChannels(query: AbejaChannelQuery = {}, call: AbejaCallOptions = {}): Promise<OffsetPage<AbejaChannel>> {
    const { limit, offset, includeArchived = false } = query
    // The official client has the words the wrong way round, and what the service does without one is disputed.
    const filter = includeArchived ? 'include_archived' : 'exclude_archived'
    return this.wire.call(
      { path: this.#path(call), query: { limit, offset, filter_archived: filter } },
      channelsAnswer,
      call,
    )
  }

  /** Iterates over all channels, page by page as they are read. */
  channels(query: AbejaChannelQuery = {}, call: AbejaCallOptions = {}): AsyncGenerator<AbejaChannel, void, undefined> {
    const { limit = containersPerPage, offset: first = 0, includeArchived = false } = query
    // Whatever the service makes of the filter, what is archived shows only where it was asked for.
    const fetch = async (offset: number): Promise<OffsetPage<AbejaChannel>> =>
      this.listChannels({ ...query, limit, offset: first + offset }, call)
    return visible(
      byOffset(fetch, ({ channelId }) => channelId),
      includeArchived,
    )
  }

  /** Gives one channel, archived ones as well (`get_channel`). */
  async getChannel(channelId: string, call: AbejaCallOptions = {}): Promise<AbejaChannel> {
    return this.wire.call({ path: this.#path(call, channelId) }, channelAnswer, call)
  }

  /** Changes name or description; what is left out stays (`patch_channel`). Whether an empty description clears it is not documented. */
  async patchChannel(
    channelId: string,
    fields: AbejaContainerFields,
    call: AbejaCallOptions = {},
  ): Promise<AbejaChannel> {
    const { name, description } = fields
    const json = { name, description }
    return this.wire.call({ method: 'PATCH', path: this.#path(call, channelId), json }, channelAnswer, call)
  }

  /** Archives a channel: it is hidden, and can be taken back (`archive_channel`). */
  async archiveChannel(channelId: string, call: AbejaCallOptions = {}): Promise<AbejaChannel> {
    return this.wire.call({ method: 'POST', path: this.#path(call, channelId, 'archive') }, channelAnswer, call)
  }

  /** Takes a channel back from the archive (`unarchive_channel`). */
  async unarchiveChannel(channelId: string, call: AbejaCallOptions = {}): Promise<AbejaChannel> {
    return this.wire.call({ method: 'POST', path: this.#path(call, channelId, 'unarchive') }, channelAnswer, call)
  }

  /** Gives a page of the datasources connected to a channel (`list_channel_datasources`). Without a query none is sent: none is documented. */
  async listChannelDatasources(
    channelId: string,
    query: AbejaOffsetQuery = {},
    call: AbejaCallOptions = {},
  ): Promise<OffsetPage<AbejaDatasource>> {
    const { limit, offset } = query
    return this.wire.call(
      { path: this.#path(call, channelId, 'datasources'), query: { limit, offset } },
      datasourcesAnswer,
      call,
    )
  }

  /** Iterates over the datasources connected to a channel. */
  channelDatasources(channelId: string, call: AbejaCallOptions = {}): AsyncGenerator<AbejaDatasource, void, undefined> {
    const fetch = async (offset: number): Promise<OffsetPage<AbejaDatasource>> =>
      this.listChannelDatasources(channelId, offset === 0 ? {} : { offset }, call)
    return byOffset(fetch, ({ datasourceId }) => datasourceId)
  }

  /** Connects a datasource (`put_channel_datasource`); fails with `already-exists` when it is connected. The answer holds its secret. */
  async putChannelDatasource(
    channelId: string,
    datasourceId: string,
    call: AbejaCallOptions = {},
  ): Promise<AbejaDatasource> {
    return this.wire.call(this.#datasource('PUT', channelId, datasourceId, call), datasourceAnswer, call)
  }

  /** Disconnects a datasource (`delete_channel_datasource`). */
  async deleteChannelDatasource(
    channelId: string,
    datasourceId: string,
    call: AbejaCallOptions = {},
  ): Promise<AbejaDatasource> {
    return this.wire.call(this.#datasource('DELETE', channelId, datasourceId, call), datasourceAnswer, call)
  }

  #datasource(method: string, channelId: string, datasourceId: string, call: AbejaCallOptions): JsonRequest {
    return { method, path: this.#path(call, channelId, 'datasources', datasourceId) }
  }

  #path(call: AbejaCallOptions, ...below: readonly string[]): string {
    return ['organizations', this.wire.organization(call), 'channels', ...below.map(encodeSegment)].join('/')
  }
}

async function* visible<Item extends { readonly isArchived: boolean }>(
  items: AsyncIterable<Item>,
  includeArchived: boolean,
): AsyncGenerator<Item, void, undefined> {
  for await (const item of items) if (includeArchived || !item.isArchived) yield item
}
