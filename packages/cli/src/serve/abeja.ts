import type { ServedApi } from './served-api.ts'

/** The datalake of the ABEJA Platform. */
export const abeja: ServedApi = {
  name: 'abeja',
  description: "ABEJA Platform's datalake: channels, buckets, their files and datasources",
  example: 'stowage serve abeja --dir ./lake --port 4000 --json',
  options: [],
  servers: ['api'],
  faulty: ['URLs'],
  async start({ own: _own, token, ...request }) {
    const { sampleAccessToken, startAbejaGateway } = await import('@stowage/gateway')
    const gateway = await startAbejaGateway({ ...request, personalAccessToken: token ?? sampleAccessToken })
    const { url, organizationId, userId, personalAccessToken, datasourceId, faults } = gateway
    // A token that the operator gave is theirs to know.
    const shown = token === undefined ? `, personal access token ${personalAccessToken}` : ''
    return {
      access: { url, organizationId, userId, personalAccessToken, datasourceId },
      summary: `datalake at ${url}, organization ${organizationId}, user ${userId}${shown}`,
      faults,
      close: () => gateway.close(),
    }
  },
}
