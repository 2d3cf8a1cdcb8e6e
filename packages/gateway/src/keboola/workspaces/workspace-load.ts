import type { Answer } from '../answer.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { RunningJob } from '../jobs/job-runner.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest } from '../keboola-error.ts'
import type { FieldTree, FieldValue } from '../php-fields.ts'
import { RequestFields } from '../request-fields.ts'
import type { ImportData } from '../tables/import-request.ts'
import { readRowQuery } from '../tables/row-query.ts'
import { dropObjects, exportObject, findObject, loadObject, type WorkspaceInput } from './workspace-objects.ts'
import {
  changeWorkspace,
  findWorkspace,
  workspaceQueue,
  type WorkspaceObject,
  workspaceRecords,
} from './workspace-record.ts'

const code = 'workspace.loadRequestInvalid'
const loadTypes = ['COPY', 'CLONE', 'VIEW', 'AUTO']

/** `POST workspaces/{id}/load`, and `load-clone`: what was in it goes, unless `preserve` says otherwise. */
export async function loadWorkspace(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const workspace = findWorkspace(context, exchange, exchange.names['workspace'])
  const fields = exchange.fields.refusing(code)
  const inputs = (fields.objects('input') ?? []).map((input) => readInput(context, exchange, input))
  if (inputs.length === 0) throw badRequest('Parameter "input" must name tables to load', code)
  const names = inputs.map(({ destination }) => destination.toLowerCase())
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw badRequest(`The table "${twice}" is loaded twice`, 'workspace.duplicateTable')
  const isPreserving = fields.flag('preserve') ?? false
  return answerJob(context, exchange, {
    operationName: 'workspaceLoad',
    operationParams: { workspaceId: workspace.id, preserve: isPreserving, input: fields.value('input') },
    queue: workspaceQueue(workspace),
    run: (job) => runLoad(context, exchange, workspace.id, inputs, isPreserving, job),
  })
}

async function runLoad(
  context: KeboolaContext,
  exchange: Exchange,
  id: number,
  inputs: readonly WorkspaceInput[],
  isPreserving: boolean,
  job: RunningJob,
): Promise<null> {
  if (!isPreserving) {
    const objects = workspaceRecords(context).get(String(id))?.objects ?? []
    await changeWorkspace(context, id, { objects: [] })
    await dropObjects(context, objects)
  }
  for (const input of inputs) {
    const { objects } = await changeWorkspace(context, id, {})
    const before = objects.find(({ name }) => name === input.destination)
    const loaded = await loadObject(context, input, before, exchange, job)
    await changeWorkspace(context, id, { objects: [...objects.filter((one) => one !== before), loaded] })
    if (before !== undefined) await dropObjects(context, [before])
  }
  return null
}

function readInput(context: KeboolaContext, { caller }: Exchange, input: RequestFields): WorkspaceInput {
  const table = context.tables.get(input.requiredText('source'))
  caller.require('read', table.bucketId)
  const destination = input.requiredText('destination')
  if (!/^[\w.-]{1,96}$/.test(destination)) throw badRequest(`"${destination.slice(0, 100)}" can't name a table`, code)
  const loadType = (input.text('loadType') ?? 'COPY').toUpperCase()
  if (!loadTypes.includes(loadType)) throw badRequest(`"${loadType}" is no loadType: use ${loadTypes.join(', ')}`, code)
  const columns = readColumns(input)
  const query = readRowQuery(context, table, queryOf(input, columns))
  const names = new Map(columns)
  return {
    tableId: table.id,
    destination,
    query,
    columnNames: query.columns.map((name) => names.get(name) ?? name),
    isIncremental: input.flag('incremental') ?? false,
    isOverwriting: input.flag('overwrite') ?? false,
  }
}

/** Reads the columns of the source with what they are called in the workspace. */
function readColumns(input: RequestFields): readonly (readonly [source: string, destination: string])[] {
  const given = input.list('columns') ?? []
  if (given.every((one) => typeof one === 'string')) return given.map((name) => [name, name])
  return (input.objects('columns') ?? []).map((column) => {
    const source = column.requiredText('source')
    return [source, column.text('destination') ?? source]
  })
}

/** Says in the words of an export which rows are wanted. */
function queryOf(input: RequestFields, columns: readonly (readonly [string, string])[]): RequestFields {
  const tree: Record<string, FieldValue> = { columns: columns.map(([source]) => source).join(',') }
  const names = ['whereFilters', 'whereColumn', 'whereOperator', 'whereValues', 'changedSince', 'changedUntil']
  for (const name of names) tree[name] = input.value(name) ?? null
  tree['limit'] = input.value('rows') ?? null
  return new RequestFields(tree as FieldTree, code)
}

/** `POST workspaces/{id}/table-export` */
export async function exportWorkspaceTable(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { fields, names } = exchange
  const workspace = findWorkspace(context, exchange, names['workspace'])
  const object = findObject(workspace, fields.requiredText('tableName'))
  const fileName = fields.text('fileName') ?? `${object.name}.csv`
  const fileType = fields.text('fileType') ?? 'csv'
  if (fileType !== 'csv') throw badRequest(`"${fileType}" is no fileType here: use csv`, code)
  const isGzip = fields.flag('gzip') ?? false
  return answerJob(context, exchange, {
    operationName: 'workspaceTableExport',
    operationParams: { workspaceId: workspace.id, tableName: object.name, fileName, gzip: isGzip },
    queue: workspaceQueue(workspace),
    run: async (job) => {
      const current = findObject(findWorkspace(context, exchange, names['workspace']), object.name)
      const file = await exportObject(context, current, { fileName, isGzip }, exchange, job)
      return { file: { id: file.id } }
    },
  })
}

/** Reads which table of a workspace rows are imported from; undefined where a request names none. */
export function readWorkspaceData(context: KeboolaContext, exchange: Exchange): ImportData | undefined {
  const { fields } = exchange
  const workspaceId = fields.text('dataWorkspaceId')
  if (workspaceId === undefined) return undefined
  const name = fields.text('dataObject') ?? fields.text('dataTableName') ?? ''
  const object: WorkspaceObject = findObject(findWorkspace(context, exchange, workspaceId), name)
  return { kind: 'file', fileId: String(object.fileId) }
}
