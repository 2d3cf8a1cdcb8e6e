import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type Answer, created, noContent, ok } from '../answer.ts'
import { cloudRegion } from '../files/cloud-side.ts'
import { answerJob } from '../jobs/job-operations.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { badRequest, KeboolaError } from '../keboola-error.ts'
import { formatTime } from '../time-expression.ts'
import { dropObjects } from './workspace-objects.ts'
import {
  changeWorkspace,
  findWorkspace,
  workspaceQueue,
  type WorkspaceRecord,
  workspaceRecords,
} from './workspace-record.ts'

const makeKeys = promisify(generateKeyPair)

/** `GET workspaces` */
export async function listWorkspaces(context: KeboolaContext, { caller }: Exchange): Promise<Answer> {
  const all = workspaceRecords(context).values()
  const own = all.filter(({ creatorToken }) => caller.isMaster || creatorToken.id === caller.id)
  return ok(own.map((one) => describe(context, one)))
}

/** `GET workspaces/{id}` */
export async function getWorkspace(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  return ok(describe(context, find(context, exchange)))
}

/** `POST workspaces`: at once with a password, or by a job without. */
export async function createWorkspace(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const wanted = readWanted(exchange)
  const create = async (): Promise<WorkspaceRecord> => {
    const id = await context.ids.next()
    const workspace = { ...wanted, id, createdMs: context.clock.now(), objects: [], credentials: [] }
    await workspaceRecords(context).put(String(id), workspace)
    return workspace
  }
  if (exchange.fields.flag('async') !== true) {
    const secret = wanted.loginType === 'default' ? { password: newPassword() } : {}
    return created(describe(context, await create(), secret))
  }
  return answerJob(context, exchange, {
    operationName: 'workspaceCreate',
    operationParams: { backend: wanted.backend },
    queue: 'workspaces',
    run: async () => describe(context, await create()),
  })
}

function readWanted({
  fields,
  caller,
}: Exchange): Omit<WorkspaceRecord, 'id' | 'createdMs' | 'objects' | 'credentials'> {
  const backend = fields.text('backend') ?? 'snowflake'
  if (backend !== 'snowflake') {
    throw badRequest(`The backend "${backend}" is not supported: use snowflake`, 'workspace.backendNotSupported')
  }
  const publicKey = fields.text('publicKey')
  return {
    backend,
    backendSize: fields.text('backendSize') ?? 'small',
    loginType: fields.text('loginType') ?? 'default',
    isReadOnlyAccess: fields.flag('readOnlyStorageAccess') ?? false,
    publicKeys: publicKey === undefined ? {} : { RSA_PUBLIC_KEY: publicKey },
    creatorToken: { id: caller.id, description: caller.description },
  }
}

/** `DELETE workspaces/{id}` */
export async function deleteWorkspace(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { id } = find(context, exchange)
  const run = async (): Promise<null> => {
    const objects = workspaceRecords(context).get(String(id))?.objects ?? []
    await workspaceRecords(context).delete(String(id))
    await dropObjects(context, objects)
    return null
  }
  const work = {
    operationName: 'workspaceDrop',
    operationParams: { workspaceId: id },
    queue: workspaceQueue({ id }),
    run,
  }
  if (exchange.fields.flag('async') === true) return answerJob(context, exchange, work)
  await context.jobs.inQueue(work.queue, run)
  return noContent
}

/** `POST workspaces/{id}/password`: gives a new one. */
export async function resetPassword(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const { loginType } = find(context, exchange)
  if (loginType === 'default') return created({ password: newPassword() })
  throw badRequest(`A workspace with login type "${loginType}" has no password`, 'workspace.loginTypeNotSupported')
}

/** `POST workspaces/{id}/public-key`, and the same for the second one. */
export async function putPublicKey(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const workspace = find(context, exchange)
  const name = exchange.names['key'] ?? 'RSA_PUBLIC_KEY'
  if (!/^RSA_PUBLIC_KEY(?:_2)?$/.test(name)) throw new KeboolaError(404, 'notFound', 'There is no such key')
  const publicKey = exchange.fields.requiredText('publicKey')
  const publicKeys = { ...workspace.publicKeys, [name]: publicKey }
  return created(describe(context, await changeWorkspace(context, workspace.id, { publicKeys })))
}

/** `POST workspaces/{id}/credentials`: makes a key to sign in with, which is told this once. */
export async function createCredentials(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const options = {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  } as const
  const { id: workspaceId } = find(context, exchange)
  const { privateKey } = await makeKeys('rsa', options)
  const id = await context.ids.next()
  const { credentials } = find(context, exchange)
  const one = { id, createdMs: context.clock.now() }
  const workspace = await changeWorkspace(context, workspaceId, { credentials: [...credentials, one] })
  return ok(describe(context, workspace, { privateKey, credentials: { id } }))
}

/** `GET workspaces/{id}/credentials/{id}` */
export async function getCredentials(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const workspace = find(context, exchange)
  const { id } = findCredentials(workspace, exchange)
  return ok(describe(context, workspace, { credentials: { id } }))
}

/** `DELETE workspaces/{id}/credentials/{id}` */
export async function deleteCredentials(context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const workspace = find(context, exchange)
  const { id } = findCredentials(workspace, exchange)
  await changeWorkspace(context, workspace.id, { credentials: workspace.credentials.filter((one) => one.id !== id) })
  return noContent
}

function findCredentials(
  { credentials }: WorkspaceRecord,
  { names }: Exchange,
): WorkspaceRecord['credentials'][number] {
  const found = credentials.find(({ id }) => String(id) === names['credentials'])
  if (found !== undefined) return found
  throw new KeboolaError(404, 'workspace.credentialsNotFound', 'There are no such credentials')
}

function find(context: KeboolaContext, exchange: Exchange): WorkspaceRecord {
  return findWorkspace(context, exchange, exchange.names['workspace'])
}

function newPassword(): string {
  return randomBytes(18).toString('base64url')
}

function describe({ settings }: KeboolaContext, workspace: WorkspaceRecord, secret: object = {}): object {
  const { id, createdMs, backend, backendSize, loginType, isReadOnlyAccess, creatorToken } = workspace
  const name = `WORKSPACE_${id}`
  const { projectId } = settings
  return {
    id,
    name,
    type: 'table',
    component: null,
    configurationId: null,
    created: formatTime(createdMs),
    connection: {
      backend,
      // Nobody answers there.
      host: 'workspaces.stowage.invalid',
      region: cloudRegion,
      database: `KEBOOLA_${projectId}`,
      schema: name,
      warehouse: 'KEBOOLA_PROD',
      user: `KEBOOLA_${projectId}_${name}`,
      loginType,
      ...secret,
    },
    backendSize,
    statementTimeoutSeconds: 0,
    readOnlyStorageAccess: isReadOnlyAccess,
    creatorToken,
  }
}
