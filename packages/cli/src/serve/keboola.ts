import type { KeboolaFileProvider, KeboolaGatewayOptions } from '@stowage/gateway'
import type { ServedApi } from './served-api.ts'

/** A project of Keboola. */
export const keboola: ServedApi = {
  name: 'keboola',
  description: "Keboola's Storage API: buckets, tables, jobs and files",
  example: 'stowage serve keboola --file-provider azure --dir ./project --port 4000 --json',
  options: [
    {
      name: 'file-provider',
      value: 'provider',
      description: 'how files are uploaded and downloaded',
      choices: ['aws', 'azure', 'gcp'],
      preset: 'aws',
    },
    {
      name: 'dialect',
      value: 'dialect',
      description: 'where the older guide and the service differ: whose way counts',
      choices: ['current', 'guide'],
      preset: 'current',
    },
  ],
  servers: ['api'],
  faulty: ['jobs', 'URLs'],
  async start({ own, ...request }) {
    const { startKeboolaGateway } = await import('@stowage/gateway')
    const fileProvider = own['file-provider'] as KeboolaFileProvider
    const dialect = own['dialect'] as KeboolaGatewayOptions['dialect']
    const gateway = await startKeboolaGateway({ ...request, fileProvider, dialect })
    const { url, token, faults } = gateway
    // A token that the operator gave is theirs to know.
    const shown = request.token === undefined ? `, token ${token}` : ''
    return {
      access: { url, token },
      summary: `Storage API at ${url}, files as on ${fileProvider}${shown}`,
      faults,
      failJobs: (fault) => gateway.failJobs(fault),
      close: () => gateway.close(),
    }
  },
}
