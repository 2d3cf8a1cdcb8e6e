import { randomUUID } from 'node:crypto'
import type { FileEntry, Page } from '@stowage/core'
import {
  type CallContext,
  compareText,
  invalidArgument,
  type ListFilesRequest,
  SmallestEntries,
} from '@stowage/core/driver'
import type { KeboolaClient } from './client.ts'
import type { KeboolaFile } from './file-answers.ts'
import { isNewer, keyOfFile, toFileInfo } from './file-mark.ts'
import { listedAs } from './key-group.ts'
import type { RecentFiles } from './recent-files.ts'

/** A file, or a shared prefix. */
type Listed = KeboolaFile | 'prefix'

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

/**
 * Lists files in order of key. The service lists them newest first, so each page would take the whole listing: a scan keeps the next ten
 * thousand entries for the pages that follow, and only beyond those scans again.
 */
export class FileListing {
  readonly #client: KeboolaClient
  readonly #recent: RecentFiles
  readonly #snapshots: Snapshot[] = []

  constructor(client: KeboolaClient, recent: RecentFiles) {
    this.#client = client
    this.#recent = recent
  }

  /** Gives one page. */
  async page(request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const { pageSize, pageToken, prefix, delimiter } = request
    const question = JSON.stringify([prefix, delimiter])
    const [id, after] = pageToken === undefined ? [] : readToken(pageToken)
    const known = this.#snapshots.find((one) => one.id === id && one.question === question)
    const kept = known && entriesAfter(known, after)
    const isEnough = kept !== undefined && (kept.isWhole || kept.entries.length > pageSize)
    const snapshot = isEnough ? kept : await this.#scan(request, question, after, call)
    const page = snapshot.entries.slice(0, pageSize)
    const last = page.at(-1)?.[0]
    const hasMore = last !== undefined && (snapshot.entries.length > page.length || !snapshot.isWhole)
    if (!isEnough && hasMore) this.#keep(snapshot)
    return { items: page.map(toEntry), nextPageToken: hasMore ? writeToken(snapshot.id, last) : undefined }
  }

  async #scan(
    { prefix, delimiter, pageSize }: ListFilesRequest,
    question: string,
    after: string | undefined,
    call: CallContext,
  ): Promise<Snapshot> {
    const smallest = new SmallestEntries<Listed>(Math.max(keptEntries, pageSize))
    for await (const file of this.#files(call)) {
      const key = keyOfFile(file)
      const entry = key === undefined ? undefined : listedAs(key, prefix, delimiter)
      if (entry === undefined || (after !== undefined && compareText(entry.name, after) <= 0)) continue
      smallest.add(entry.name, entry.kind === 'prefix' ? 'prefix' : file, newest)
    }
    return { id: randomUUID(), question, entries: smallest.sorted(), isWhole: smallest.isWhole }
  }

  /** All files, and those the listing doesn't show yet; without those it still shows. */
  async *#files(call: CallContext): AsyncGenerator<KeboolaFile, void, undefined> {
    const gone = new Set<string>()
    for (const [, recent] of this.#recent.entries()) {
      for (const id of recent.gone) gone.add(id)
      if (recent.written !== undefined) yield recent.written
    }
    for await (const file of this.#client.files.iterate({}, call)) if (!gone.has(file.id)) yield file
  }

  #keep(snapshot: Snapshot): void {
    this.#snapshots.unshift(snapshot)
    this.#snapshots.length = Math.min(this.#snapshots.length, maxSnapshots)
  }
}

function newest(there: Listed, entry: Listed): Listed {
  if (there === 'prefix' || entry === 'prefix') return 'prefix'
  return isNewer(entry, there) ? entry : there
}

function toEntry([name, entry]: readonly [string, Listed]): FileEntry {
  if (entry === 'prefix') return { kind: 'prefix', prefix: name }
  return { kind: 'file', file: toFileInfo(name, entry, entry.sizeBytes ?? 0) }
}

function entriesAfter(snapshot: Snapshot, after: string | undefined): Snapshot {
  if (after === undefined) return snapshot
  return { ...snapshot, entries: snapshot.entries.filter(([name]) => compareText(name, after) > 0) }
}

function writeToken(id: string, after: string): string {
  return Buffer.from(JSON.stringify([id, after])).toString('base64url')
}

function readToken(token: string): readonly [id: string, after: string] {
  try {
    const state: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(state) && typeof state[0] === 'string' && typeof state[1] === 'string')
      return [state[0], state[1]]
  } catch {}
  throw invalidArgument('the page token is none of this backend: begin the listing anew, without one')
}
