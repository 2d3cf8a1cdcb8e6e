import { type Answer, created, ok } from '../answer.ts'
import { isColumnName, webalizeColumnName } from '../column-name.ts'
import { checkGuideImport } from '../guide/guide-operations.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { type FormFile, readFields, type RequestFields } from '../request-fields.ts'
import { createFromCopy, readTableCopy } from '../snapshots/create-from-copy.ts'
import { defaultColumnType, readColumnType } from './column-type.ts'
import { createFromData, createTable, type NewTable, readNewName } from './create-table.ts'
import { untypedColumn } from './import-header.ts'
import { type ImportData, type ImportRequest, readImportData, readImportRequest } from './import-request.ts'
import { runImport } from './run-import.ts'
import { readWorkspaceData } from '../workspaces/workspace-load.ts'
import { bucketForNewTable, queueOf, writableTableOf } from './table-operations.ts'
import type { TableColumn, TableRecord } from './table-record.ts'
import { tableShape, wholeTable } from './table-shape.ts'

const code = 'storage.tables.validation'

/** `POST buckets/{id}/tables-async` */
export async function createTableFromFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const wanted = readWanted(context, exchange, fields)
  const { source, create } = readCreation(context, exchange, wanted)
  return answerJob(context, exchange, {
    operationName: 'tableCreate',
    operationParams: { params: describe(fields), source, queue: 'main' },
    bucketId: wanted.bucketId,
    queue: `tables/${wanted.bucketId}.${wanted.name}`,
    run: async (job) => tableShape(context, await create(job), address, wholeTable),
  })
}

/** Where the rows of a new table come from, and what makes it of them. */
interface Creation {
  readonly source: Readonly<Record<string, unknown>>
  readonly create: (job: RunningJob) => Promise<TableRecord>
}

function readCreation(context: KeboolaContext, exchange: Exchange, wanted: Wanted): Creation {
  const { fields, caller } = exchange
  const copy = readTableCopy(context, fields, caller)
  if (copy !== undefined) return { source: copy.source, create: () => createFromCopy(context, wanted, copy) }
  const request = readData(fields, readWorkspaceData(context, exchange))
  return { source: sourceOf(request), create: (job) => createFromData(context, wanted, request, job) }
}

type Wanted = Pick<NewTable, 'bucketId' | 'name' | 'primaryKey'>

function readWanted(context: KeboolaContext, exchange: Exchange, fields: RequestFields): Wanted {
  const bucketId = bucketForNewTable(context, exchange)
  return { bucketId, name: readNewName(context, fields, bucketId), primaryKey: readKey(fields) }
}

/** Reads the primary key of a new table: names between commas. */
function readKey(fields: RequestFields): readonly string[] {
  if (typeof fields.value('primaryKey') === 'object') {
    const message = 'Parameter "primaryKey" must be a string: the names of the columns, separated by commas'
    throw badRequest(message, 'storage.validation.primaryKey')
  }
  return [...new Set((fields.commaSeparated('primaryKey') ?? []).map(webalizeColumnName))]
}

function readData(fields: RequestFields, ofWorkspace?: ImportData): ImportRequest {
  const data = ofWorkspace ?? readImportData(fields)
  if (data !== undefined) return readImportRequest(fields, data)
  throw badRequest('One of dataFileId, snapshotId, dataWorkspaceId, dataString or sourceTableId must be set.', code)
}

function sourceOf({ data }: ImportRequest): Record<string, unknown> {
  return data.kind === 'file' ? { type: 'file', fileId: numberOrText(data.fileId) } : { type: 'string' }
}

function numberOrText(id: string): number | string {
  return /^\d{1,15}$/.test(id) ? Number(id) : id
}

/** Repeats what was asked for, without the data itself. */
function describe(fields: RequestFields): Record<string, unknown> {
  const names = fields.names.filter((name) => name !== 'dataString' && name !== 'data')
  return Object.fromEntries(names.map((name) => [name, fields.value(name) ?? null]))
}

/** `POST buckets/{id}/tables-definition` */
export async function createTableFromDefinition(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const bucketId = bucketForNewTable(context, exchange)
  const name = readNewName(context, fields, bucketId)
  const wanted = { bucketId, name, ...readDefinition(fields) }
  return answerJob(context, exchange, {
    operationName: 'tableDefinitionCreate',
    operationParams: { params: describe(fields), queue: 'main' },
    bucketId,
    queue: `tables/${bucketId}.${name}`,
    run: async () => {
      const table = await createTable(context, wanted, async () => ({ rows: 0, bytes: 0 }))
      return tableShape(context, table, address, wholeTable)
    },
  })
}

function readDefinition(fields: RequestFields): Omit<NewTable, 'bucketId' | 'name'> {
  const given = fields.refusing(code).objects('columns') ?? []
  if (given.length === 0) throw badRequest('columns: a table needs at least one column', code)
  const primaryKey = [...new Set(fields.refusing('storage.validation.primaryKey').texts('primaryKeysNames') ?? [])]
  const isTyped = given.some((one) => one.has('basetype') || one.object('definition')?.has('type') === true)
  const columns = given.map((one) => readColumn(one, isTyped, primaryKey))
  checkDistinct(columns)
  const unknown = primaryKey.find((name) => !columns.some((column) => column.name === name))
  if (unknown !== undefined) {
    throw badRequest(`The primary key column "${unknown}" is not among the columns`, 'storage.validation.primaryKey')
  }
  return { columns, primaryKey, isTyped, timestampType: readTimestampType(fields) }
}

function readColumn(given: RequestFields, isTyped: boolean, primaryKey: readonly string[]): TableColumn {
  const name = given.requiredText('name')
  if (webalizeColumnName(name) !== name || !isColumnName(name)) {
    const message = `"${name.slice(0, 100)}" can not be the name of a column: use letters, digits and underscores, 64 at most`
    throw badRequest(message, 'storage.tables.invalidColumnName')
  }
  if (!isTyped) return untypedColumn(name)
  const isKey = primaryKey.includes(name)
  return { name, ...(readColumnType(given, isKey) ?? defaultColumnType(isKey)), storedAs: 'string' }
}

function checkDistinct(columns: readonly TableColumn[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    const key = name.toLowerCase()
    if (seen.has(key)) throw badRequest(`The column "${name}" is there twice`, 'storage.tables.columnAlreadyExists')
    seen.add(key)
  }
}

function readTimestampType(fields: RequestFields): 'MANAGED' | 'NONE' {
  const type = fields.text('timestampType')?.toUpperCase() ?? 'MANAGED'
  if (type === 'MANAGED' || type === 'NONE') return type
  throw badRequest(`"${type}" is no timestampType: use MANAGED or NONE`, code)
}

/** `POST tables/{id}/import-async` */
export async function importTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields } = exchange
  const table = writableTableOf(context, exchange)
  const request = readData(fields, readWorkspaceData(context, exchange))
  checkGuideImport(context, table, request.isIncremental)
  return answerJob(context, exchange, {
    operationName: 'tableImport',
    operationParams: { params: describe(fields), source: sourceOf(request), queue: 'main' },
    tableId: table.id,
    queue: queueOf(context, table),
    run: (job) => runImport(context, table.id, request, job),
  })
}

/** `POST buckets/{id}/tables`: the way before jobs, with the data in the form. */
export async function createTableAtOnce(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const fields = await readForm(exchange)
  const wanted = readWanted(context, exchange, fields)
  const request = readData(fields)
  const table = await context.jobs.inQueue(`tables/${wanted.bucketId}.${wanted.name}`, () =>
    createFromData(context, wanted, request, unlisted(exchange)),
  )
  return created(tableShape(context, table, exchange.address, wholeTable))
}

/** `POST tables/{id}/import`: the same for rows. */
export async function importTableAtOnce(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  const request = readData(await readForm(exchange))
  checkGuideImport(context, table, request.isIncremental)
  const run = (): Promise<Record<string, unknown>> => runImport(context, table.id, request, unlisted(exchange))
  return ok(await context.jobs.inQueue(queueOf(context, table), run))
}

const mostInForm = 32 * 1024 * 1024

/** Reads a form in which a file may stand for `dataString`. It waits in memory: who has more uploads a file. */
async function readForm({ message, query, signal }: Exchange): Promise<RequestFields> {
  let data: string | undefined
  const takeFile = async ({ body }: FormFile): Promise<string> => {
    data = await readText(body)
    return ''
  }
  const fields = await readFields(message, query, { signal, takeFile })
  return data === undefined ? fields : fields.with({ dataString: data })
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostInForm)
      throw new KeboolaError(413, 'requestTooLarge', 'The file is too large for a form: upload it')
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw badRequest('The CSV is invalid: it is not in UTF-8', 'invalidCsv')
  }
}

function unlisted({ signal }: Exchange): RunningJob {
  return { id: 0, signal, inBytes: 0, outBytes: 0 }
}
