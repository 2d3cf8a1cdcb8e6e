import { randomUUID } from 'node:crypto'
import type { FileEntry, FileInfo, Page } from '@stowage/core'
import { type CallContext, compareText, inParallel, type ListFilesRequest, SmallestEntries } from '@stowage/core/driver'
import { z } from 'zod'
import type { AbejaFile } from './answers.ts'
import type { ChannelStore } from './channel-store.ts'
import { filesPerPage, isNewer, keyOfFile } from './channel-versions.ts'
import type { AbejaClient } from './client.ts'
import { toChannelFileInfo } from './file-facts.ts'
import { listedAs } from './key-group.ts'
import { readMark } from './mark.ts'
import { formatPageState, readPageState } from './page-state.ts'

/** A file as it is kept between pages: what is shown of it, and the file itself only while its length isn't known. */
type Listed = { readonly info: FileInfo; readonly unsized: AbejaFile | undefined } | undefined

/** What was found of a listing, from some name on. */
interface Snapshot {
  readonly id: string
  readonly question: string
  readonly entries: readonly (readonly [name: string, entry: Listed])[]
  readonly isWhole: boolean
}

/** How many entries a scan keeps for the pages that follow. */
const keptEntries = 10_000
const maxSnapshots = 4
const maxProbes = 8
const stateShape = z.tuple([z.string(), z.string()])

/**
 * Lists files of channels in order of key. The service lists them by date, so each page would take the whole listing: a scan keeps the next
 * ten thousand entries for the pages that follow, and only beyond those scans again.
 */
export class ChannelListing {
  readonly #client: AbejaClient
  readonly #store: ChannelStore
  readonly #snapshots: Snapshot[] = []

  constructor(client: AbejaClient, store: ChannelStore) {
    this.#client = client
    this.#store = store
  }

  /** Gives one page. */
  async page(channelId: string, request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const { pageSize, pageToken, prefix, delimiter } = request
    const question = JSON.stringify([channelId, request.bucket, prefix, delimiter])
    const [id, after] = pageToken === undefined ? [] : readPageState(stateShape, pageToken)
    const known = this.#snapshots.find((one) => one.id === id && one.question === question)
    const kept = known === undefined ? undefined : { ...known, entries: entriesAfter(known.entries, after) }
    const isEnough = kept !== undefined && (kept.isWhole || kept.entries.length > pageSize)
    const snapshot = isEnough ? kept : await this.#scan(channelId, request, question, after, call)
    const page = snapshot.entries.slice(0, pageSize)
    const hasMore = snapshot.entries.length > page.length || !snapshot.isWhole
    const last = page.at(-1)?.[0]
    if (!isEnough && hasMore) this.#keep(snapshot)
    const items = await this.#show(channelId, page, call)
    return { items, nextPageToken: hasMore && last !== undefined ? formatPageState([snapshot.id, last]) : undefined }
  }

  async #scan(
    channelId: string,
    { bucket, prefix, delimiter, pageSize }: ListFilesRequest,
    question: string,
    after: string | undefined,
    call: CallContext,
  ): Promise<Snapshot> {
    const smallest = new SmallestEntries<Listed>(Math.max(keptEntries, pageSize))
    for await (const file of this.#client.channelFiles(channelId, { itemsPerPage: filesPerPage }, call)) {
      const key = keyOfFile(file)
      const entry = listedAs(key, prefix, delimiter)
      if (entry === undefined || (after !== undefined && compareText(entry.name, after) <= 0)) continue
      smallest.add(entry.name, entry.kind === 'prefix' ? undefined : toListed(bucket, key, file), newer)
    }
    return { id: randomUUID(), question, entries: smallest.sorted(), isWhole: smallest.isWhole }
  }

  #keep(snapshot: Snapshot): void {
    this.#snapshots.unshift(snapshot)
    this.#snapshots.length = Math.min(this.#snapshots.length, maxSnapshots)
  }

  async #show(channelId: string, page: Snapshot['entries'], call: CallContext): Promise<FileEntry[]> {
    const entries = page.map(([name, listed]) =>
      listed === undefined ? { kind: 'prefix' as const, prefix: name } : listed,
    )
    const unsized = entries.flatMap((entry) => ('unsized' in entry && entry.unsized !== undefined ? [entry] : []))
    const sizes = new Map<AbejaFile, number>()
    // What others uploaded carries no note of its length.
    await inParallel(unsized, maxProbes, async ({ unsized: file }) => {
      if (file !== undefined) sizes.set(file, await this.#store.sizeOf(channelId, file, call))
    })
    return entries.map((entry) => {
      if ('prefix' in entry) return entry
      const sizeBytes = entry.unsized === undefined ? entry.info.sizeBytes : (sizes.get(entry.unsized) ?? 0)
      return { kind: 'file', file: { ...entry.info, sizeBytes } }
    })
  }
}

function toListed(bucket: string, key: string, file: AbejaFile): Listed {
  const { sizeBytes } = readMark(file.metadata)
  return {
    info: toChannelFileInfo({ bucket, key }, file, sizeBytes ?? 0),
    unsized: sizeBytes === undefined ? file : undefined,
  }
}

function newer(there: Listed, entry: Listed): Listed {
  if (there === undefined || entry === undefined) return there ?? entry
  const isLater = isNewer({ uploadedAt: entry.info.modifiedAt }, { uploadedAt: there.info.modifiedAt })
  return isLater ? entry : there
}

function entriesAfter(entries: Snapshot['entries'], after: string | undefined): Snapshot['entries'] {
  if (after === undefined) return entries
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareText(entries[middle]?.[0] ?? '', after) <= 0) low = middle + 1
    else high = middle
  }
  return entries.slice(low)
}
