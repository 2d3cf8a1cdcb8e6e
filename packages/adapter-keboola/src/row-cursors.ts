import { randomUUID } from 'node:crypto'
import { type RowBatch, splitBatches } from '@stowage/core/driver'

/** Rows that are being read, and where. */
export interface RowCursor {
  /** Tells cursors apart. */
  readonly id: string
  /** The file they come from, so that they can be read again; undefined without one. */
  readonly fileId: string | undefined
  /** How many rows were given so far. */
  readonly position: number
}

interface OpenCursor {
  readonly fileId: string | undefined
  readonly pages: AsyncGenerator<RowBatch, void, undefined>
  readonly pageSize: number
  readonly controller: AbortController
  position: number
  timer: NodeJS.Timeout | undefined
}

const maxCursors = 16
const idleMs = 30_000

/**
 * Rows of queries that go on: each waits, open, for its next page. One that nobody goes on with is closed after half a minute, or when
 * there are too many; asked for its next page all the same it is read again up to there.
 */
export class RowCursors {
  readonly #open = new Map<string, OpenCursor>()

  /**
   * Begins to give rows by page.
   *
   * @param read - begins to read them; ends when its signal is aborted
   * @param skip - how many rows are left out first
   */
  async begin(
    read: (signal: AbortSignal) => Promise<{ batches: AsyncIterable<RowBatch>; fileId: string | undefined }>,
    { skip, pageSize, signal }: { readonly skip: number; readonly pageSize: number; readonly signal: AbortSignal },
    position = 0,
  ): Promise<CursorPage> {
    const controller = new AbortController()
    return this.#guarded(controller, signal, async () => {
      const { batches, fileId } = await read(controller.signal)
      const pages = splitBatches(skipRows(batches, skip), pageSize)
      const cursor = { fileId, pages, pageSize, controller, position, timer: undefined }
      return this.#turn(randomUUID(), cursor)
    })
  }

  /** Gives the next page of a cursor; undefined where it isn't open any more, or stands elsewhere. */
  async resume(id: string, position: number, pageSize: number, signal: AbortSignal): Promise<CursorPage | undefined> {
    const cursor = this.#open.get(id)
    if (cursor === undefined || cursor.position !== position || cursor.pageSize !== pageSize) return undefined
    this.#open.delete(id)
    clearTimeout(cursor.timer)
    return this.#guarded(cursor.controller, signal, () => this.#turn(id, cursor))
  }

  /** Closes all cursors. */
  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(all.map(closeCursor))
  }

  async #turn(id: string, cursor: OpenCursor): Promise<CursorPage> {
    const { value: batch } = await cursor.pages.next()
    cursor.position += batch?.rows.length ?? 0
    // Pages are full but for the last one.
    if (!batch || batch.rows.length < cursor.pageSize) return { batch: batch ?? undefined, next: undefined }
    this.#keep(id, cursor)
    return { batch, next: { id, fileId: cursor.fileId, position: cursor.position } }
  }

  #keep(id: string, cursor: OpenCursor): void {
    cursor.timer = setTimeout(() => this.#drop(id), idleMs).unref()
    this.#open.set(id, cursor)
    const [oldest] = this.#open.keys()
    if (this.#open.size > maxCursors && oldest !== undefined) this.#drop(oldest)
  }

  #drop(id: string): void {
    const cursor = this.#open.get(id)
    this.#open.delete(id)
    if (cursor !== undefined) void closeCursor(cursor).catch(() => {})
  }

  /** A cursor outlives the calls that turn it, but each of them can end it. */
  async #guarded<Result>(
    controller: AbortController,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted()
    const stop = (): void => controller.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await work()
    } catch (error) {
      controller.abort(error)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** One page of a cursor. */
export interface CursorPage {
  /** The rows; undefined where there are none. */
  readonly batch: RowBatch | undefined
  /** Where the next page begins; undefined after the last one. */
  readonly next: RowCursor | undefined
}

async function closeCursor(cursor: OpenCursor): Promise<void> {
  clearTimeout(cursor.timer)
  cursor.controller.abort()
  await cursor.pages.return()
}

async function* skipRows(batches: AsyncIterable<RowBatch>, skip: number): AsyncGenerator<RowBatch, void, undefined> {
  let left = skip
  for await (const batch of batches) {
    const rows = left === 0 ? batch.rows : batch.rows.slice(left)
    left = Math.max(0, left - batch.rows.length)
    if (rows.length > 0) yield rows === batch.rows ? batch : { ...batch, rows }
  }
}
