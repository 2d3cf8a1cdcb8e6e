import { type Answer, created, ok } from '../answer.ts'
import { checkGuideImport } from '../guide/guide-operations.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { type FormFile, readFields, type RequestFields } from '../request-fields.ts'
import { readWanted } from './create-operations.ts'
import { createFromData } from './create-table.ts'
import { describeFields, readRequiredImport, sourceOf } from './import-request.ts'
import { runImport } from './run-import.ts'
import { queueOf, writableTableOf } from './table-operations.ts'
import { tableShape, wholeTable } from './table-shape.ts'

/** `POST tables/{id}/import-async` */
export async function importTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields } = exchange
  const table = writableTableOf(context, exchange)
  const request = readRequiredImport(context, exchange)
  checkGuideImport(context, table, request.isIncremental)
  return answerJob(context, exchange, {
    operationName: 'tableImport',
    operationParams: { params: describeFields(fields), source: sourceOf(request), queue: 'main' },
    tableId: table.id,
    queue: queueOf(context, table),
    run: (job) => runImport(context, table.id, request, job),
  })
}

/** `POST buckets/{id}/tables`: the way before jobs, with the data in the form. */
export async function createTableAtOnce(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const fields = await readForm(exchange)
  const wanted = readWanted(context, exchange, fields)
  const request = readRequiredImport(context, exchange, fields)
  const table = await context.jobs.inQueue(`tables/${wanted.bucketId}.${wanted.name}`, () =>
    createFromData(context, wanted, request, unlisted(exchange)),
  )
  return created(tableShape(context, table, exchange.address, wholeTable))
}

/** `POST tables/{id}/import`: the same for rows. */
export async function importTableAtOnce(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const table = writableTableOf(context, exchange)
  const request = readRequiredImport(context, exchange, await readForm(exchange))
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
