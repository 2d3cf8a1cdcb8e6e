import { constants, createGzip } from 'node:zlib'
import { pipeline, Readable } from 'node:stream'
import type { FileRecord } from '../files/file-record.ts'
import type { NewFile } from '../files/file-store.ts'
import type { KeboolaContext } from '../keboola-context.ts'
import type { JobOrder, RunningJob } from '../jobs/job-runner.ts'
import { KeboolaError } from '../keboola-error.ts'
import { headerLine, type RowsFormat, writeRows } from '../tables/export-rows.ts'
import { readRows } from '../tables/read-rows.ts'
import type { RowQuery } from '../tables/row-query.ts'
import type { WorkspaceObject, WorkspaceRecord } from './workspace-record.ts'

/** One table that is loaded into a workspace. */
export interface WorkspaceInput {
  readonly tableId: string
  readonly destination: string
  readonly query: RowQuery
  /** What the columns are called in the workspace, in the order of the query's. */
  readonly columnNames: readonly string[]
  /** Whether rows are added to a table that is there. */
  readonly isIncremental: boolean
  /** Whether a table that is there is replaced. */
  readonly isOverwriting: boolean
}

/** Makes a table of a workspace of one of the project. */
export async function loadObject(
  context: KeboolaContext,
  input: WorkspaceInput,
  before: WorkspaceObject | undefined,
  order: JobOrder,
  { signal }: RunningJob,
): Promise<WorkspaceObject> {
  const { destination: name, columnNames: columns, isIncremental, isOverwriting } = input
  if (before !== undefined && !isIncremental && !isOverwriting) {
    throw new KeboolaError(400, 'workspace.duplicateTable', `The workspace has a table "${name}" already`)
  }
  const kept = isIncremental ? before : undefined
  if (kept !== undefined && kept.columns.join('\0') !== columns.join('\0')) {
    const message = `The columns of "${name}" differ from those that are there: ${kept.columns.join(', ')}`
    throw new KeboolaError(400, 'workspace.columnsNotMatch', message)
  }
  const file = await context.files.create({
    ...newFile(context, `${name}.csv`, order),
    maxAgeDays: null,
    isInternal: true,
  })
  try {
    await context.files.write(file, textOf(context, input, kept, signal), signal)
  } catch (error) {
    await context.files.delete(file.id)
    throw error
  }
  return { name, columns, fileId: file.id }
}

async function* textOf(
  context: KeboolaContext,
  { tableId, query, columnNames }: WorkspaceInput,
  kept: WorkspaceObject | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const format: RowsFormat = { format: 'rfc', columns: query.columns, hasTimestamps: false }
  if (kept === undefined) yield headerLine({ ...format, columns: columnNames })
  else yield* bytesOf(context, kept, signal)
  for await (const rows of readRows(context, context.tables.get(tableId), query, signal)) yield writeRows(rows, format)
}

/** Gives the bytes of a table of a workspace. */
export async function* bytesOf(
  context: KeboolaContext,
  { fileId }: WorkspaceObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of await context.files.open(context.files.get(fileId), signal)) yield* part.stream(signal)
}

/** Finds a table of a workspace. */
export function findObject({ id, objects }: WorkspaceRecord, name: string): WorkspaceObject {
  const found = objects.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new KeboolaError(404, 'workspace.tableNotFound', `The workspace ${id} has no table "${name.slice(0, 100)}"`)
}

/** Removes tables of a workspace that it doesn't name any more. */
export async function dropObjects(context: KeboolaContext, objects: readonly WorkspaceObject[]): Promise<void> {
  for (const { fileId } of objects) if (context.files.find(fileId) !== undefined) await context.files.delete(fileId)
}

/** Writes a table of a workspace into a file of the project. */
export async function exportObject(
  context: KeboolaContext,
  object: WorkspaceObject,
  wanted: { readonly fileName: string; readonly isGzip: boolean },
  order: JobOrder,
  { signal }: RunningJob,
): Promise<FileRecord> {
  const { fileName, isGzip } = wanted
  const file = await context.files.create(newFile(context, isGzip ? `${fileName}.gz` : fileName, order))
  const bytes = bytesOf(context, object, signal)
  const body = isGzip ? pipeline(Readable.from(bytes), createGzip({ level: constants.Z_BEST_SPEED }), () => {}) : bytes
  try {
    return await context.files.write(file, body, signal)
  } catch (error) {
    await context.files.delete(file.id)
    throw error
  }
}

function newFile({ settings }: KeboolaContext, name: string, { caller, runId }: JobOrder): NewFile {
  return {
    name,
    provider: settings.fileProvider,
    isSliced: false,
    isEncrypted: true,
    isPublic: false,
    sizeBytes: null,
    tags: [],
    maxAgeDays: 2,
    runId: runId ?? null,
    creatorToken: { id: caller.id, description: caller.description },
  }
}
