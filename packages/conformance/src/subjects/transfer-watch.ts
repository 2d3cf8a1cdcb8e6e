import assert from 'node:assert/strict'
import type { Transfer, TransferProgress, TransferStatus } from '@stowage/core'
import { interceptDriver, type FileContent, type Layer, type ReadFileRequest } from '@stowage/core/driver'

/** Notes what a transfer tells while it runs. */
export class TransferWatch {
  readonly #transfer: Transfer<unknown>
  /** The statuses in order, the one at the beginning included. */
  readonly statuses: TransferStatus[]
  /** The progress as it was told, and as it stood whenever it was looked at. */
  readonly progress: TransferProgress[] = []

  /** @param transfer - watched from now on */
  constructor(transfer: Transfer<unknown>) {
    this.#transfer = transfer
    this.statuses = [transfer.status]
    transfer.onStatus((status) => this.statuses.push(status))
    transfer.onProgress((progress) => this.progress.push(progress))
    // A check that fails before it awaits the transfer has failed already: nobody else should hear of it.
    transfer.catch(() => undefined)
  }

  /** Looks at the progress. */
  look(): void {
    this.progress.push(this.#transfer.progress)
  }

  /** Checks what holds of every transfer that has ended. */
  checkEnd(status: 'finished' | 'stopped' | 'error'): void {
    this.look()
    assert.deepEqual(this.statuses, ['ready', 'active', status])
    assert.equal(this.#transfer.status, status)
    assert.ok(this.#transfer.reason !== '')
    this.#checkProgress()
    const last = this.#transfer.progress
    assert.equal(last.percentage === 100, status === 'finished', `${status} at ${last.percentage} %`)
    if (status === 'finished') assert.deepEqual([last.total, last.etaMs], [last.transferred, 0])
  }

  #checkProgress(): void {
    let before = 0
    for (const { transferred, total, percentage, part, parts, speed, etaMs } of this.progress) {
      assert.ok(transferred >= before, `${transferred} after ${before}`)
      assert.ok(total === undefined || transferred <= total, `${transferred} of ${total}`)
      assert.ok(Number.isInteger(percentage) && percentage >= 0 && percentage <= 100, `${percentage} %`)
      assert.ok(part >= 1 && part <= parts, `part ${part} of ${parts}`)
      assert.ok(speed >= 0 && (etaMs === undefined || etaMs >= 0), `${speed} a second, ${etaMs} ms left`)
      before = transferred
    }
  }
}

const pieceBytes = 64 * 1024

/** Gives a layer that cuts what is read from files into small pieces and calls back before each, with the bytes that came before it. */
export function watchReads(beforePiece: (bytes: number) => unknown): Layer {
  return (driver) =>
    interceptDriver(driver, async (call, next) => {
      if (call.operation !== 'files.read') return next(call)
      // Memory that is lent can't be handed on in pieces.
      const request: ReadFileRequest = { ...(call.request as ReadFileRequest), mayLend: false }
      const content = (await next({ ...call, request })) as FileContent
      return { ...content, body: inPieces(content.body, beforePiece) } satisfies FileContent
    })
}

/** Gives a layer that does something once, when so many bytes of a file have been read and more are to come. */
export function whenRead(afterBytes: number, act: () => unknown): Layer {
  let isDone = false
  return watchReads((bytes) => {
    if (isDone || bytes < afterBytes) return undefined
    isDone = true
    return act()
  })
}

async function* inPieces(
  body: AsyncIterable<Uint8Array>,
  beforePiece: (bytes: number) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of body) {
    for (let start = 0; start < chunk.byteLength; start += pieceBytes) {
      const piece = chunk.subarray(start, start + pieceBytes)
      await beforePiece(bytes)
      yield piece
      bytes += piece.byteLength
    }
  }
}
