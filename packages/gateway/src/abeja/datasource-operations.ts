import type { AbejaContext, Operation } from './abeja-context.ts'
import { AbejaError } from './abeja-error.ts'
import { envelope, findContainer } from './container-operations.ts'
import type { AbejaDatasource } from './options.ts'

/** Lists the datasources of a channel, with their secrets, as the service does. */
export const listDatasources: Operation = async (context, exchange) => {
  const { organization, container } = await findContainer('channel', context, exchange)
  const connected = container.datasourceIds.flatMap((id) =>
    context.settings.datasources.filter((one) => one.id === id).map(describe),
  )
  return envelope(organization, { datasources: connected, limit: 50, offset: 0, has_next: false })
}

/** Connects a datasource; fails with 409 when it is. */
export const connectDatasource: Operation = async (context, exchange) => {
  const { organization, container } = await findContainer('channel', context, exchange)
  const datasource = findDatasource(context, exchange.names['datasource'] ?? '')
  await context.containers.change(container.id, ({ datasourceIds }) => {
    if (datasourceIds.includes(datasource.id)) {
      throw new AbejaError(409, `datasource ${datasource.id} is connected to channel ${container.id} already`)
    }
    return { datasourceIds: [...datasourceIds, datasource.id] }
  })
  return envelope(organization, { datasource: describe(datasource) })
}

/** Disconnects a datasource; fails with 404 when it isn't connected. */
export const disconnectDatasource: Operation = async (context, exchange) => {
  const { organization, container } = await findContainer('channel', context, exchange)
  const datasource = findDatasource(context, exchange.names['datasource'] ?? '')
  await context.containers.change(container.id, ({ datasourceIds }) => {
    if (!datasourceIds.includes(datasource.id)) {
      throw new AbejaError(404, `datasource ${datasource.id} is not connected to channel ${container.id}`)
    }
    return { datasourceIds: datasourceIds.filter((id) => id !== datasource.id) }
  })
  return envelope(organization, { datasource: describe(datasource) })
}

function findDatasource({ settings }: AbejaContext, id: string): Required<AbejaDatasource> {
  const found = settings.datasources.find((one) => one.id === id)
  if (found === undefined) throw new AbejaError(404, `there is no datasource ${id}`)
  return found
}

function describe({ id, displayName, secret }: Required<AbejaDatasource>): object {
  const createdAt = '2026-02-01T00:00:00Z'
  return { datasource_id: id, display_name: displayName, secret, created_at: createdAt, updated_at: createdAt }
}
