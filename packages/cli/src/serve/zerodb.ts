import type { ZerodbTier } from '@stowage/gateway'
import type { ServedApi } from './served-api.ts'

/** ZeroDB's Tables API. */
export const zerodb: ServedApi = {
  name: 'zerodb',
  description: "ZeroDB's Tables API: tables with a schema, filters, updates",
  example: 'stowage serve zerodb --dir ./tables --port 4000 --json',
  options: [
    {
      name: 'tier',
      value: 'tier',
      description: 'the plan whose limits hold; without: no limit of requests, 1,000 rows in an insert',
      choices: ['free', 'starter', 'pro', 'enterprise'],
      preset: 'enterprise',
    },
    { name: 'bucket', value: 'name', description: 'the bucket whose tables are served', preset: 'default' },
  ],
  servers: ['api'],
  faulty: ['oddities'],
  async start({ own, token, ...request }) {
    const { sampleApiKey, startZerodbGateway } = await import('@stowage/gateway')
    const settings = { tier: own['tier'] as ZerodbTier, bucket: own['bucket'] as string }
    const gateway = await startZerodbGateway({ ...request, ...settings, apiKey: token ?? sampleApiKey })
    const { url, apiKey, faults } = gateway
    // A key that the operator gave is theirs to know.
    return {
      access: { url, apiKey },
      summary: `Tables API at ${url}${token === undefined ? `, API key ${apiKey}` : ''}`,
      faults,
      addQuirk: (quirk) => gateway.quirks.add(quirk),
      close: () => gateway.close(),
    }
  },
}
