import type { FileEntry, Page } from '@stowage/core'
import { type CallContext, compareText, type ListFilesRequest, StorageError } from '@stowage/core/driver'
import { z } from 'zod'
import type { AbejaBucketFile } from './answers.ts'
import type { AbejaClient } from './client.ts'
import { toBucketFileInfo } from './file-facts.ts'
import { listedAs } from './key-group.ts'
import { formatPageState, readPageState } from './page-state.ts'

const levelShape = z.object({
  /** The directory, without slashes at its ends; empty for the whole bucket. */
  dir: z.string(),
  /** What its current page was asked for with. */
  cursor: z.string().optional(),
  /** The last entry of that page that is done with. */
  after: z.string().optional(),
})

const stateShape = z.object({
  levels: z.array(levelShape).max(1024),
  /** The shared prefix given last. */
  group: z.string().optional(),
  itemsPerPage: z.int().min(1).max(1000),
})

type Level = z.output<typeof levelShape>
type State = z.output<typeof stateShape>

/** An entry of a directory, sorted as the files below it. */
interface Child {
  readonly name: string
  readonly isDirectory: boolean
  readonly item: AbejaBucketFile
}

const mostItems = 1000
const fewestItems = 100

/**
 * Lists files of buckets in order of key, by walking the directories: the service lists one at a time. A page token says where in each open
 * directory the walk stands.
 */
export class BucketListing {
  readonly #client: AbejaClient
  readonly #verifyEtags: boolean
  readonly #pages = new WeakMap<Level, { readonly children: Child[]; readonly next: string | undefined }>()

  constructor(client: AbejaClient, verifyEtags: boolean) {
    this.#client = client
    this.#verifyEtags = verifyEtags
  }

  /** Gives one page. */
  async page(bucketId: string, request: ListFilesRequest, call: CallContext): Promise<Page<FileEntry>> {
    const state = request.pageToken === undefined ? firstState(request) : readPageState(stateShape, request.pageToken)
    const items: FileEntry[] = []
    let nextPageToken: string | undefined
    for await (const entry of this.#walk(bucketId, request, state, call)) {
      // One more than the page shows whether there is more.
      if (items.length === request.pageSize) return { items, nextPageToken }
      items.push(entry)
      if (items.length === request.pageSize) nextPageToken = formatPageState(state)
    }
    return { items, nextPageToken: undefined }
  }

  async *#walk(
    bucketId: string,
    request: ListFilesRequest,
    state: State,
    call: CallContext,
  ): AsyncGenerator<FileEntry, void, undefined> {
    const { prefix, delimiter, bucket } = request
    for (let level = state.levels.at(-1); level !== undefined; level = state.levels.at(-1)) {
      const child = await this.#next(bucketId, state, level, call)
      if (child === undefined) state.levels.pop()
      else if (child.isDirectory) {
        const isGroup = delimiter === '/' && child.name.startsWith(prefix)
        if (isGroup) yield { kind: 'prefix', prefix: child.name }
        else if (child.name.startsWith(prefix) || prefix.startsWith(child.name))
          state.levels.push({ dir: child.name.slice(0, -1) })
      } else {
        const listed = listedAs(child.name, prefix, delimiter)
        if (listed?.kind === 'file')
          yield { kind: 'file', file: toBucketFileInfo({ bucket, key: child.name }, child.item, this.#verifyEtags) }
        else if (listed !== undefined && listed.name !== state.group) {
          state.group = listed.name
          yield { kind: 'prefix', prefix: listed.name }
        }
      }
    }
  }

  /** Gives the next entry of a directory and notes that it is done with. */
  async #next(bucketId: string, state: State, level: Level, call: CallContext): Promise<Child | undefined> {
    for (;;) {
      const page = this.#pages.get(level) ?? (await this.#fetch(bucketId, state, level, call))
      const child = page.children.shift()
      if (child !== undefined) {
        level.after = child.name
        return child
      }
      if (page.next === undefined) return undefined
      this.#pages.delete(level)
      level.cursor = page.next
      delete level.after
    }
  }

  async #fetch(
    bucketId: string,
    { itemsPerPage }: State,
    level: Level,
    call: CallContext,
  ): Promise<{ readonly children: Child[]; readonly next: string | undefined }> {
    const { dir, cursor, after } = level
    const query = { targetDir: `/${dir}`, itemsPerPage, lastFileId: cursor }
    const { items, next } = await this.#client.listBucketFiles(bucketId, query, call)
    const isOver = items.length === 0 || (cursor !== undefined && next === cursor)
    const children = (isOver ? [] : items)
      .map((item) => toChild(dir, item))
      .filter(({ name }) => after === undefined || compareText(name, after) > 0)
      .toSorted((left, right) => compareText(left.name, right.name))
    const page = { children, next: isOver ? undefined : next }
    this.#pages.set(level, page)
    return page
  }
}

function firstState({ prefix, pageSize }: ListFilesRequest): State {
  const dir = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')))
  // No path begins like that, and the service would take the directory for another one.
  const isImpossible = dir !== '' && dir.split('/').some((segment) => /^\.{0,2}$/.test(segment))
  return { levels: isImpossible ? [] : [{ dir }], itemsPerPage: Math.min(mostItems, Math.max(fewestItems, pageSize)) }
}

function toChild(dir: string, item: AbejaBucketFile): Child {
  const name = item.fileId.replace(/\/+$/, '')
  const parent = dir === '' ? '' : `${dir}/`
  const rest = name.slice(parent.length)
  // What isn't right below would be listed twice, or for ever.
  if (!name.startsWith(parent) || rest === '' || rest.includes('/')) {
    const message = `the service listed ${item.fileId} in the directory /${dir}, where it can't be: ask its support`
    throw new StorageError({ code: 'unavailable', message, retryable: false })
  }
  return { name: item.isFile ? name : `${name}/`, isDirectory: !item.isFile, item }
}
