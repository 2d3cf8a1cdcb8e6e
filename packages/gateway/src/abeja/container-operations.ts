import type { AbejaContext, Exchange, Operation } from './abeja-context.ts'
import { invalidField } from './abeja-error.ts'
import type { Container, ContainerKind, StorageType } from './container.ts'
import { readCount } from './file-page.ts'
import type { AbejaOrganization } from './options.ts'
import { type JsonObject, readJson, textOf } from './request-json.ts'
import { resourceTime } from './time-text.ts'

/** Puts what belongs to an organization into what is said of the organization itself. */
export function envelope({ id, name }: AbejaOrganization, payload: object): object {
  return {
    organization_id: id,
    organization_name: name,
    created_at: '2020-01-07T02:00:00Z',
    updated_at: '2025-06-01T02:00:00Z',
    ...payload,
  }
}

/** Tells the id and the name of an organization. */
// oxlint-disable-next-line typescript/require-await -- an operation is asynchronous
export const getOrganization: Operation = async (context, exchange) => {
  const { id, name } = context.organization(exchange)
  return { id, name }
}

/** Creates a channel or a bucket. Names may repeat. */
export function createContainer(kind: ContainerKind): Operation {
  return async (context, exchange) => {
    const organization = context.organization(exchange)
    const body = (await readJson(exchange)) ?? {}
    const container = await context.containers.create(
      {
        kind,
        organizationId: organization.id,
        name: textOf(body, 'name') ?? '',
        description: textOf(body, 'description') ?? '',
        storageType: kind === 'channel' ? readStorageType(body) : 'datalake',
      },
      context.clock.now(),
    )
    return envelope(organization, { [kind]: describe(container) })
  }
}

function readStorageType(body: JsonObject): StorageType {
  const type = textOf(body, 'storage_type') ?? 'datalake'
  if (type === 'datalake' || type === 'file') return type
  throw invalidField('storage_type', 'is unknown: use datalake or file')
}

/** Lists channels or buckets, in the order they were created. */
export function listContainers(kind: ContainerKind): Operation {
  return async (context, exchange) => {
    const organization = context.organization(exchange)
    const { query } = exchange
    const limit = readCount('limit', query.get('limit') ?? '50')
    const offset = readOffset(query.get('offset') ?? '0')
    const hasArchived =
      readArchiveFilter(query.get('filter_archived')) ?? (kind === 'bucket' || context.settings.listsArchivedChannels)
    const all = await context.containers.list(organization.id, kind)
    const listed = all.filter(({ isArchived }) => hasArchived || !isArchived)
    return envelope(organization, {
      [`${kind}s`]: listed.slice(offset, offset + limit).map((one) => describe(one)),
      limit,
      offset,
      has_next: listed.length > offset + limit,
    })
  }
}

function readOffset(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw invalidField('offset', 'must be a whole number from 0')
}

function readArchiveFilter(word: string | null): boolean | undefined {
  if (word === null) return undefined
  if (word === 'include_archived' || word === 'exclude_archived') return word === 'include_archived'
  throw invalidField('filter_archived', 'is unknown: use exclude_archived or include_archived')
}

/** Gives a channel or a bucket, archived or not. */
export function getContainer(kind: ContainerKind): Operation {
  return async (context, exchange) => {
    const { organization, container } = await findContainer(kind, context, exchange)
    return envelope(organization, { [kind]: describe(container) })
  }
}

/** Changes name and description; what isn't given stays. */
export function patchContainer(kind: ContainerKind): Operation {
  return async (context, exchange) => {
    const { organization, container } = await findContainer(kind, context, exchange)
    const body = (await readJson(exchange)) ?? {}
    const name = textOf(body, 'name')
    const description = textOf(body, 'description')
    if (kind === 'channel' && (textOf(body, 'storage_type') ?? container.storageType) !== container.storageType) {
      throw invalidField('storage_type', 'can not be changed')
    }
    const given = { ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) }
    const isChange = Object.keys(given).length > 0
    const changed = isChange ? await change(context, container, given) : container
    return envelope(organization, { [kind]: describe(changed) })
  }
}

/** Archives a channel or a bucket, or takes it back; success also when it is so already. */
export function archiveContainer(kind: ContainerKind, isArchived: boolean): Operation {
  return async (context, exchange) => {
    const { organization, container } = await findContainer(kind, context, exchange)
    const changed = await change(context, container, { isArchived })
    return envelope(organization, { [kind]: describe(changed) })
  }
}

function change(
  { containers, clock }: AbejaContext,
  { id }: Container,
  given: Partial<Pick<Container, 'name' | 'description' | 'isArchived'>>,
): Promise<Container> {
  const updatedMs = clock.now()
  return containers.change(id, (before) => (before.isArchived === given.isArchived ? {} : { ...given, updatedMs }))
}

/** Finds the container a path of an organization names. */
export async function findContainer(
  kind: ContainerKind,
  context: AbejaContext,
  exchange: Exchange,
): Promise<{ readonly organization: AbejaOrganization; readonly container: Container }> {
  const organization = context.organization(exchange)
  const container = await context.containers.find(kind, exchange.names['container'] ?? '', organization.id)
  return { organization, container }
}

function describe({ kind, id, name, description, storageType, isArchived, createdMs, updatedMs }: Container): object {
  return {
    [`${kind}_id`]: id,
    name,
    display_name: name,
    description,
    ...(kind === 'channel' ? { storage_type: storageType } : {}),
    security_method: 'organization',
    archived: isArchived,
    created_at: resourceTime(createdMs),
    updated_at: resourceTime(updatedMs),
  }
}
