import type { Table } from '@stowage/core'
import { StorageError } from '@stowage/core/driver'
import type { KeboolaContext } from '../keboola-context.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import { addColumns, rebuild } from './stored-table.ts'
import { planImport } from './import-header.ts'
import { type OpenImport, openImport } from './import-records.ts'
import type { ImportRequest } from './import-request.ts'
import { type ImportTally, importRows, keepInstants, type RowsPlan } from './import-rows.ts'
import type { TableRecord } from './table-record.ts'

/** Imports rows into a table and gives the results of the job. */
export async function runImport(
  context: KeboolaContext,
  tableId: string,
  request: ImportRequest,
  job: RunningJob,
): Promise<Record<string, unknown>> {
  const table = context.tables.get(tableId)
  const opened = await openImport(
    context,
    request,
    table.columns.map(({ name }) => name),
    job,
  )
  const plan = planImport(table, opened.header, request.hasTimestamps)
  const work = new ImportWork(context, opened, request, job)
  const tally = await work.run(table, plan)
  return describeImport(context, tableId, plan.names, tally, request.isIncremental)
}

async function describeImport(
  context: KeboolaContext,
  tableId: string,
  importedColumns: readonly string[],
  tally: ImportTally,
  isIncremental: boolean,
): Promise<Record<string, unknown>> {
  const table = context.tables.get(tableId)
  const { count } = await context.tables.stored(table).count()
  const before = isIncremental ? (table.dataSizeBytes ?? 0) : 0
  const dataSizeBytes = count === 0 ? 0 : before + tally.bytes
  await context.tables.noteChange(tableId, { rowsCount: count, dataSizeBytes, lastImportMs: context.clock.now() })
  return {
    transaction: null,
    warnings: [],
    importedColumns,
    importedRowsCount: tally.rows,
    totalRowsCount: count,
    totalDataSizeBytes: dataSizeBytes,
  }
}

type Plan = ReturnType<typeof planImport>

class ImportWork {
  readonly #context: KeboolaContext
  readonly #opened: OpenImport
  readonly #request: ImportRequest
  readonly #job: RunningJob

  constructor(context: KeboolaContext, opened: OpenImport, request: ImportRequest, job: RunningJob) {
    this.#context = context
    this.#opened = opened
    this.#request = request
    this.#job = job
  }

  async run(table: TableRecord, plan: Plan): Promise<ImportTally> {
    const { isIncremental } = this.#request
    if (isIncremental) return this.#add(table, plan)
    if (plan.added.length === 0) return this.#replace(table, plan)
    return this.#fillNew({ ...table, columns: [...table.columns, ...plan.added] }, plan)
  }

  /** Adds rows to those that are there, and columns with them. */
  async #add(table: TableRecord, plan: Plan): Promise<ImportTally> {
    if (plan.added.length === 0) return this.#addTo(this.#context.tables.stored(table), table, plan)
    const tally = { rows: 0, bytes: 0 }
    await addColumns(this.#context, table, plan.added, async (stored, changed) => {
      Object.assign(tally, await this.#addTo(stored, changed, plan))
    })
    return tally
  }

  async #addTo(stored: Table, table: TableRecord, plan: Plan): Promise<ImportTally> {
    const mode = table.primaryKey.length === 0 ? 'append' : 'upsert'
    const rows = this.#rows(table, plan)
    const keepsInstants = mode === 'upsert' && !table.isTyped && table.hasTimestamps && table.rowsCount !== 0
    await this.#load(stored, keepsInstants ? keepInstants(rows.batches, stored, table) : rows.batches, mode)
    return rows.tally
  }

  /** Puts rows in the place of all. */
  async #replace(table: TableRecord, plan: Plan): Promise<ImportTally> {
    const rows = this.#rows(table, plan)
    try {
      await this.#load(this.#context.tables.stored(table), rows.batches, 'replace')
      return rows.tally
    } catch (error) {
      // Of rows that share a key the last one counts, which takes a table to write them over each other in.
      if (table.primaryKey.length === 0 || !StorageError.is(error, 'conflict')) throw error
      return this.#fillNew(table, plan)
    }
  }

  async #fillNew(table: TableRecord, plan: Plan): Promise<ImportTally> {
    const rows = this.#rows(table, plan)
    const mode = table.primaryKey.length === 0 ? 'append' : 'upsert'
    await rebuild(this.#context, table, (stored) => this.#load(stored, rows.batches, mode))
    return rows.tally
  }

  #rows(
    table: TableRecord,
    { names, timestampAt }: Plan,
  ): { batches: ReturnType<typeof importRows>; tally: ImportTally } {
    const tally = { rows: 0, bytes: 0 }
    const nowMs = this.#context.clock.now()
    const plan: RowsPlan = { table, names, timestampAt, nullText: this.#request.nullText, nowMs }
    return { batches: importRows(this.#opened.records(), plan, tally), tally }
  }

  async #load(
    stored: Table,
    batches: Parameters<Table['load']>[0],
    mode: 'append' | 'upsert' | 'replace',
  ): Promise<void> {
    await stored.load(batches, { mode, format: 'rows', signal: this.#job.signal })
  }
}

/** Fills a table that was just created; gives how much that was. */
export async function fillNewTable(
  context: KeboolaContext,
  stored: Table,
  table: TableRecord,
  opened: OpenImport,
  request: ImportRequest,
  job: RunningJob,
): Promise<ImportTally> {
  const tally = { rows: 0, bytes: 0 }
  const names = table.columns.map(({ name }) => name)
  const plan: RowsPlan = { table, names, timestampAt: -1, nullText: request.nullText, nowMs: context.clock.now() }
  const mode = table.primaryKey.length === 0 ? 'append' : 'upsert'
  await stored.load(importRows(opened.records(), plan, tally), { mode, format: 'rows', signal: job.signal })
  return tally
}
