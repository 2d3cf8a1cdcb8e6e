import { type Answer, created, ok } from '../answer.ts'
import { emptyAsList } from '../jobs/job-shape.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import { cloudRegion } from '../files/cloud-side.ts'
import { formatTime } from '../time-expression.ts'

const defaultBranchId = 18

/** `GET /`: what the API is, for anybody. */
export async function getIndex(_context: KeboolaContext, { fields }: Exchange): Promise<Answer> {
  const excluded = fields.commaSeparated('exclude') ?? []
  const index = { api: 'storage', version: 'v2', services: [], features: [], urlTemplates: {} }
  return ok(excluded.includes('components') ? index : { ...index, components: [] })
}

/** `GET tokens/verify`: who the token is, and which project it belongs to. */
export async function verifyToken({ settings, buckets }: KeboolaContext, { caller }: Exchange): Promise<Answer> {
  const permissions = buckets.list().flatMap(({ id }) => {
    const permission = (['manage', 'write', 'read'] as const).find((one) => caller.may(one, id))
    return permission === undefined ? [] : [[id, permission] as const]
  })
  return ok({
    id: String(caller.id),
    description: caller.description,
    created: formatTime(0),
    isMasterToken: caller.isMaster,
    canManageBuckets: caller.canManageBuckets,
    canManageTokens: caller.isMaster,
    canReadAllFileUploads: caller.canReadAllFileUploads,
    expires: null,
    isExpired: false,
    isDisabled: false,
    bucketPermissions: emptyAsList(Object.fromEntries(permissions)),
    owner: {
      id: settings.projectId,
      name: 'Stowage',
      region: cloudRegion,
      features: ['storage-types'],
      defaultBackend: 'snowflake',
      fileStorageProvider: settings.fileProvider,
      hasSnowflake: true,
      hasBigquery: false,
      limits: { 'storage.jobsParallelism': { name: 'storage.jobsParallelism', value: 10 } },
    },
  })
}

/** `POST tickets`: gives a number nobody else gets, to group jobs by. */
export async function createTicket({ ids }: KeboolaContext): Promise<Answer> {
  return created({ id: await ids.next() })
}

/** `GET dev-branches`: there is only the default one. */
export async function listBranches(): Promise<Answer> {
  return ok([defaultBranch])
}

/** `GET dev-branches/{id}` */
export async function getBranch(_context: KeboolaContext, { names }: Exchange): Promise<Answer> {
  const id = names['branch']
  if (id === 'default' || id === String(defaultBranchId)) return ok(defaultBranch)
  throw new KeboolaError(404, 'notFound', `Branch id:"${id ?? ''}" was not found`)
}

/** `GET branch/{id}/metadata`: nothing is known of it. */
export async function listBranchMetadata(): Promise<Answer> {
  return ok([])
}

const defaultBranch = {
  id: defaultBranchId,
  name: 'Main',
  description: '',
  created: formatTime(0),
  isDefault: true,
}

/** `GET stats`: how much the jobs and files of a run were. */
export async function getStats({ jobRecords, files }: KeboolaContext, { fields }: Exchange): Promise<Answer> {
  const runId = fields.text('runId')
  if (runId === undefined) throw badRequest('Parameter "runId" is required')
  const jobs = jobRecords.values().filter((job) => job.runId === runId)
  const count = (operationName: string): object => {
    const found = jobs.filter((job) => job.operationName === operationName)
    return { totalCount: found.length, tables: [...new Set(found.map(({ tableId }) => tableId))].map((id) => ({ id })) }
  }
  const uploaded = files.list(true).filter((file) => file.runId === runId)
  const dataSizeBytes = uploaded.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
  return ok({
    tables: { import: count('tableImport'), export: count('tableExport') },
    files: { total: { count: uploaded.length, dataSizeBytes } },
  })
}
