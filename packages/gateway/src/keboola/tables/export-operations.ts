import type { Answer } from '../answer.ts'
import { exportedFile } from '../guide/guide-operations.ts'
import { answerJob } from '../jobs/job-operations.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import type { RequestFields } from '../request-fields.ts'
import { readRowQuery } from './row-query.ts'
import { exportKey, type ExportRequest, runExport } from './run-export.ts'
import { queueOf, tableOf } from './table-operations.ts'
import type { TableRecord } from './table-record.ts'

/** `POST tables/{id}/export-async` */
export async function exportTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields } = exchange
  const table = tableOf(context, exchange, 'read')
  const request = readExport(context, table, fields)
  const operationParams = {
    sourceTable: table.id,
    export: Object.fromEntries(fields.names.map((name) => [name, fields.value(name) ?? null])),
    queue: 'main_fast',
  }
  return answerJob(context, exchange, {
    operationName: 'tableExport',
    operationParams,
    tableId: table.id,
    queue: queueOf(context, table),
    run: async (job) => {
      const current = context.tables.get(table.id)
      const key = `${table.id} ${current.version} ${exportKey(request, context.tables.sourceOf(current).version)}`
      const cached = context.exports.find(key)
      const file = cached ?? (await runExport(context, current, request, exchange, job))
      context.exports.remember(key, file)
      return { file: exportedFile(context, exchange, file), cacheHit: cached !== undefined }
    },
  })
}

function readExport(context: KeboolaContext, table: TableRecord, fields: RequestFields): ExportRequest {
  const fileType = fields.text('fileType') ?? 'csv'
  if (fileType === 'parquet') {
    throw new KeboolaError(501, 'storage.notImplemented', 'Exporting to parquet is not implemented here: use csv')
  }
  if (fileType !== 'csv') throw badRequest(`"${fileType}" is no fileType: use csv`)
  return {
    query: readRowQuery(context, table, fields),
    format: readFormat(fields),
    isGzip: fields.flag('gzip') === true,
    hasTimestamps: fields.flag('includeInternalTimestamp') === true,
  }
}

// Older clients know two more names for CSV.
function readFormat(fields: RequestFields): ExportRequest['format'] {
  const format = fields.text('format') ?? 'rfc'
  if (format === 'json') return 'json'
  if (['rfc', 'raw', 'escaped'].includes(format)) return 'rfc'
  throw badRequest(`"${format}" is no format: use rfc or json`)
}
