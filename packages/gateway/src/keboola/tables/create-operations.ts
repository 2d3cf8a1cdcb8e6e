import type { Answer } from '../answer.ts'
import { webalizeColumnName } from '../column-name.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import { badRequest } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { createFromCopy, readTableCopy } from '../snapshots/create-from-copy.ts'
import { createFromData, createTable, type NewTable, readNewName } from './create-table.ts'
import { describeFields, readRequiredImport, sourceOf } from './import-request.ts'
import { readDefinition } from './table-definition.ts'
import { bucketForNewTable } from './table-operations.ts'
import type { TableRecord } from './table-record.ts'
import { tableShape, wholeTable } from './table-shape.ts'

/** `POST buckets/{id}/tables-async` */
export async function createTableFromFile(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const wanted = readWanted(context, exchange, fields)
  const { source, create } = readCreation(context, exchange, wanted)
  return answerJob(context, exchange, {
    operationName: 'tableCreate',
    operationParams: { params: describeFields(fields), source, queue: 'main' },
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
  const request = readRequiredImport(context, exchange)
  return { source: sourceOf(request), create: (job) => createFromData(context, wanted, request, job) }
}

/** What a request says of a new table beside its data. */
export type Wanted = Pick<NewTable, 'bucketId' | 'name' | 'primaryKey'>

/** Reads where a new table goes, its name and its key; fails for what can't be. */
export function readWanted(context: KeboolaContext, exchange: Exchange, fields: RequestFields): Wanted {
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

/** `POST buckets/{id}/tables-definition` */
export async function createTableFromDefinition(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, address } = exchange
  const bucketId = bucketForNewTable(context, exchange)
  const name = readNewName(context, fields, bucketId)
  const wanted = { bucketId, name, ...readDefinition(fields) }
  return answerJob(context, exchange, {
    operationName: 'tableDefinitionCreate',
    operationParams: { params: describeFields(fields), queue: 'main' },
    bucketId,
    queue: `tables/${bucketId}.${name}`,
    run: async () => {
      const table = await createTable(context, wanted, async () => ({ rows: 0, bytes: 0 }))
      return tableShape(context, table, address, wholeTable)
    },
  })
}
