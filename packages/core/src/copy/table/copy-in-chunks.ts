import { StorageError } from '../../errors/storage-error.ts'
import type { RowBatch } from '../../rows/row.ts'
import type { TransferControls } from '../../transfer/transfer.ts'
import { awaitJob } from './await-job.ts'
import type { CopyPosition, CopyRecord } from './copy-record.ts'
import type { CopyTableResult } from './copy-table-options.ts'
import { isWritten, missingOf } from './doubtful-chunk.ts'
import { digestLine, expectedRows } from './load-once.ts'
import { mappedRows } from './mapped-rows.ts'
import { sumsNotKept } from './copy-problems.ts'
import type { PreparedCopy } from './prepare-copy.ts'
import { ledgerFor, readBack, readBackWay } from './read-back.ts'
import { RowChunks } from './row-chunks.ts'
import { DigestSum } from './row-digest.ts'
import type { RowLedger } from './row-ledger.ts'
import { checkCounts, countTarget } from './target-count.ts'
import { writeChecked } from './write-checked.ts'

/** A copy in chunks, each noted before and after. It goes on where its journal ends. */
export class ChunkedCopy {
  readonly #prepared: PreparedCopy
  readonly #record: CopyRecord
  readonly #controls: TransferControls
  /** Of all rows that were read, those of earlier processes included, which are read again. */
  readonly #read: RowLedger
  readonly #chunks: RowChunks
  readonly #resumedAt: number

  constructor(prepared: PreparedCopy, record: CopyRecord, controls: TransferControls) {
    this.#prepared = prepared
    this.#record = record
    this.#controls = controls
    const { verify } = prepared.options
    this.#read = ledgerFor(prepared, verify === 'counts' ? 'digest' : verify)
    this.#chunks = new RowChunks(mappedRows(prepared, controls))
    this.#resumedAt = record.position.rows
  }

  /** Writes what is left and checks the whole. */
  async run(): Promise<CopyTableResult> {
    this.#controls.meter.expect(expectedRows(this.#prepared), 'rows')
    try {
      await this.#passDone()
      if (this.#record.intent !== undefined) await this.#settleDoubt()
      await this.#copyRest()
      return await this.#finish()
    } finally {
      await this.#chunks.close()
    }
  }

  /** Reads what is in already, which has to be what it was. */
  async #passDone(): Promise<void> {
    const { rows, digest } = this.#record.position
    for await (const batch of this.#chunks.take(rows)) {
      this.#read.add(batch)
      this.#controls.advance(batch.rows.length)
    }
    if (this.#read.rows === rows && this.#read.digest === digest) return
    throw this.#changed(`has other rows than those ${rows} that were copied`)
  }

  #changed(how: string): StorageError {
    const { source, options } = this.#prepared
    const advice = `delete ${options.journal} and empty the target to begin anew, or copy with mode upsert or replace and another journal`
    const message = `${source.name} ${how}: ${advice}`
    return new StorageError({ code: 'conflict', message, applied: 'partly', details: { changed: 'source' } })
  }

  /** All rows that replace others are one chunk, which is there for no rows as well. */
  async #copyRest(): Promise<void> {
    if (this.#prepared.loadMode === 'replace') {
      if (!this.#record.hasAdvanced) await this.#copyChunk()
      if (await this.#chunks.hasMore()) throw this.#changed('has more rows than when they were copied')
    } else while (await this.#chunks.hasMore()) await this.#copyChunk()
  }

  async #settleDoubt(): Promise<void> {
    const { loadMode, target, targetInfo } = this.#prepared
    if (this.#record.job !== undefined) await awaitJob(target, this.#record.job, this.#controls.signal)
    const intent = this.#record.intent ?? { size: null, count: null }
    const rows = this.#take(intent.size ?? Infinity)
    // Written again, these come to the same.
    if (loadMode !== 'append') return this.#write(rows)
    if (targetInfo.primaryKey.length > 0) return this.#writeMissing(rows)
    const count = async (): Promise<number> => {
      const start = this.#read.rows
      for await (const batch of rows) this.#controls.advance(batch.rows.length)
      return this.#read.rows - start
    }
    if (await isWritten(this.#prepared, intent, count, this.#controls)) return this.#advance()
    return this.#write(rows)
  }

  async #copyChunk(): Promise<void> {
    const { options, loadMode, target, targetInfo } = this.#prepared
    const size = loadMode === 'replace' ? null : options.batchRows
    const isUnkeyed = targetInfo.primaryKey.length === 0
    const count = isUnkeyed && loadMode === 'append' ? await countTarget(target, this.#controls) : undefined
    this.#setPart()
    await this.#record.intend({ size, count: count ?? null })
    await this.#write(this.#take(size ?? Infinity))
  }

  async #write(rows: AsyncIterable<RowBatch>): Promise<void> {
    const { written } = await writeChecked(this.#prepared, rows, this.#how(), this.#noting())
    await this.#advance(written)
  }

  async #writeMissing(rows: AsyncIterable<RowBatch>): Promise<void> {
    const there = ledgerFor(this.#prepared, 'digest')
    const missing = missingOf(this.#prepared, rows, (batch) => there.add(batch), this.#controls)
    // What is there was left out already.
    const prepared = { ...this.#prepared, options: { ...this.#prepared.options, mode: 'append' as const } }
    const { written } = await writeChecked(prepared, missing, this.#how(), this.#noting())
    await this.#advance(there, written)
  }

  #how(): Parameters<typeof writeChecked>[2] {
    const { verify, mode } = this.#prepared.options
    const level = verify === 'counts' && mode !== 'skip-existing' ? verify : 'digest'
    return { level, rowsBefore: this.#record.position.written }
  }

  /** Names of jobs go into the journal: whoever goes on has to know what may still be running. */
  #noting(): TransferControls {
    const setJob = (id: string): void => {
      this.#controls.setJob(id)
      // A journal that can't be written to ends the copy with its next entry.
      this.#record.noteJob(id).catch(() => {})
    }
    return { ...this.#controls, setJob }
  }

  /** Notes a chunk as written. Where none is skipped these are all rows that were read. */
  async #advance(...written: readonly RowLedger[]): Promise<void> {
    const digest = this.#read.digest ?? ''
    const isWhole = this.#prepared.options.mode !== 'skip-existing'
    const all = isWhole ? this.#allWritten() : addWritten(this.#record.position, written)
    await this.#record.advance({ rows: this.#read.rows, digest, ...all })
  }

  #allWritten(): Pick<CopyPosition, 'written' | 'writtenDigest' | 'values'> {
    return { written: this.#read.rows, writtenDigest: this.#read.digest ?? '', values: this.#read.values }
  }

  async *#take(size: number): AsyncGenerator<RowBatch, void, undefined> {
    for await (const batch of this.#chunks.take(size)) {
      this.#read.add(batch)
      yield batch
    }
  }

  #setPart(): void {
    const { batchRows } = this.#prepared.options
    const part = Math.floor(this.#read.rows / batchRows) + 1
    const expected = Math.ceil((expectedRows(this.#prepared) ?? 0) / batchRows)
    this.#controls.meter.setPart(part, Math.max(part, expected))
  }

  async #finish(): Promise<CopyTableResult> {
    const { options, mapping } = this.#prepared
    const { isCreated = false, before = null } = this.#record.beginning ?? {}
    const { rows, written, writtenDigest, values } = this.#record.position
    const checks = options.verify === 'counts' ? [] : [digestLine(rows)]
    // A row in doubt that was there before may count as written.
    const isKnown = before !== null && (options.mode !== 'skip-existing' || before === 0)
    const counted = { written, before: isKnown ? before : undefined, counts: undefined }
    checks.push(...(await checkCounts(this.#prepared, counted, this.#controls)))
    if (options.verify === 'read-back') checks.push(await this.#readBack(before ?? undefined))
    const result: CopyTableResult = {
      rows,
      written,
      skipped: rows - written,
      values,
      digest: writtenDigest,
      isCreated,
      resumedAt: this.#resumedAt,
      casts: mapping.casts,
      verification: { level: options.verify, checks },
      receipt: this.#controls.receipt.snapshot(),
    }
    await this.#record.finish(result)
    return result
  }

  #readBack(before: number | undefined): Promise<string> {
    const way = readBackWay(this.#prepared, before)
    if (way === 'by-sums') throw sumsNotKept()
    const readAgain = (): ReturnType<typeof mappedRows> => mappedRows(this.#prepared, this.#controls)
    return readBack(this.#prepared, way, { written: this.#read, before: undefined }, readAgain, this.#controls)
  }
}

function addWritten(
  position: CopyPosition,
  ledgers: readonly RowLedger[],
): Pick<CopyPosition, 'written' | 'writtenDigest' | 'values'> {
  const sum = DigestSum.from(position.writtenDigest)
  const values = new Map(Object.entries(position.values))
  let { written } = position
  for (const ledger of ledgers) {
    written += ledger.rows
    if (ledger.digest !== undefined) sum.addSum(DigestSum.from(ledger.digest))
    for (const [name, count] of Object.entries(ledger.values)) values.set(name, (values.get(name) ?? 0) + count)
  }
  return { written, writtenDigest: sum.text, values: Object.fromEntries(values) }
}
