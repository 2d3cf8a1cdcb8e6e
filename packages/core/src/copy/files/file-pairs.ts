import type { FileInfo } from '../../contract/file.ts'
import type { CallContext } from '../../driver/call.ts'
import { StorageError } from '../../errors/storage-error.ts'
import { compareText } from '../../filter/compare.ts'
import { checkAdvance } from '../../portable/page-token.ts'
import { lookUpFile } from './file-content.ts'
import { atSide, fileAt, nameOfSide, placeOf, type Side } from './file-set.ts'

/** A file that the source has, the target, or both. */
export interface FilePair {
  /** The key behind the prefix: the same at both. */
  readonly rest: string
  /** At the source, by its listing. */
  readonly source: FileInfo | undefined
  /** At the target, by its listing. */
  readonly there: FileInfo | undefined
}

const defaultPageSize = 1000

/** Lists a side in order of key, holding one page. A listing out of order fails: pairs would be missed. */
export async function* listSide(side: Side, call: CallContext): AsyncGenerator<FileInfo, void, undefined> {
  if (!side.isFile) return yield* listPrefix(side, call)
  const file = await lookUpFile(side, '', call)
  if (file !== undefined) yield file
}

/** A single file that is copied has to be there. */
async function* oneFile(side: Side, call: CallContext): AsyncGenerator<FileInfo, void, undefined> {
  yield await atSide(side, placeOf(side, 'files.stat', ''), call.signal, () =>
    side.session.files.stat(fileAt(side, ''), call),
  )
}

async function* listPrefix(side: Side, call: CallContext): AsyncGenerator<FileInfo, void, undefined> {
  const { session, bucket, prefix } = side
  const pageSize = Math.min(defaultPageSize, session.driver.capabilities.limits.pageSize ?? defaultPageSize)
  const request = { bucket, prefix, delimiter: undefined, pageSize }
  const place = { operation: 'files.list', resource: bucket }
  let pageToken: string | undefined
  let last: string | undefined
  do {
    call.signal.throwIfAborted()
    const asked = pageToken
    const page = await atSide(side, place, call.signal, async () =>
      checkAdvance(asked, await session.files.list({ ...request, pageToken: asked }, call)),
    )
    for (const entry of page.items) {
      if (entry.kind !== 'file') continue
      const { key } = entry.file
      if (!key.startsWith(prefix)) throw otherForm(side, key)
      if (last !== undefined && compareText(last, key) >= 0) throw outOfOrder(side, key)
      last = key
      yield entry.file
    }
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
}

function otherForm(side: Side, key: string): StorageError {
  const message =
    `${nameOfSide(side)} lists ${key}, which doesn't begin with ${side.prefix}: it shows keys in another form than they are asked for in; ` +
    'see the options of this backend'
  return new StorageError({ code: 'unsupported', message })
}

function outOfOrder(side: Side, key: string): StorageError {
  const message = `the listing of ${nameOfSide(side)} has ${key} where it doesn't belong: this is a fault of the adapter`
  return new StorageError({ code: 'internal', message })
}

/**
 * Walks both sides in order of key, a page of each at a time.
 *
 * @param target - undefined where it doesn't matter what is there
 */
export async function* pairFiles(
  source: Side,
  target: Side | undefined,
  call: CallContext,
): AsyncGenerator<FilePair, void, undefined> {
  const sources = new Cursor(source.isFile ? oneFile(source, call) : listSide(source, call), source.prefix)
  const targets = new Cursor(target === undefined ? nothing() : listSide(target, call), target?.prefix ?? '')
  try {
    await Promise.all([sources.step(), targets.step()])
    for (;;) {
      const pair = pairOf(sources, targets)
      if (pair === undefined) return
      yield pair
      if (pair.source !== undefined) await sources.step()
      if (pair.there !== undefined) await targets.step()
    }
  } finally {
    await Promise.all([sources.end(), targets.end()])
  }
}

function pairOf(sources: Cursor, targets: Cursor): FilePair | undefined {
  const [left, right] = [sources.rest, targets.rest]
  if (left === undefined && right === undefined) return undefined
  const order = left === undefined ? 1 : right === undefined ? -1 : compareText(left, right)
  return {
    rest: (order <= 0 ? left : right) ?? '',
    source: order <= 0 ? sources.file : undefined,
    there: order >= 0 ? targets.file : undefined,
  }
}

class Cursor {
  readonly #files: AsyncGenerator<FileInfo, void, undefined>
  readonly #prefix: string
  file: FileInfo | undefined

  constructor(files: AsyncGenerator<FileInfo, void, undefined>, prefix: string) {
    this.#files = files
    this.#prefix = prefix
  }

  get rest(): string | undefined {
    return this.file?.key.slice(this.#prefix.length)
  }

  async step(): Promise<void> {
    const next = await this.#files.next()
    this.file = next.done === true ? undefined : next.value
  }

  async end(): Promise<void> {
    await this.#files.return()
  }
}

// oxlint-disable-next-line typescript/require-await -- a cursor walks it like a listing
async function* nothing(): AsyncGenerator<FileInfo, void, undefined> {}
