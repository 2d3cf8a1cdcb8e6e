import { Option } from 'commander'
import type { ZerodbTier } from '@stowage/gateway'
import type { ServedApi } from './served-api.ts'

/** ZeroDB's Tables API. */
export const zerodb: ServedApi = {
  name: 'zerodb',
  description: "ZeroDB's Tables API: tables with a schema, filters, updates",
  example: 'stowage serve zerodb --dir ./tables --port 4000 --json',
  addOptions: (command) =>
    void command.addOption(
      new Option('--tier <tier>', 'the plan whose limits hold; without: no limit of requests, 1,000 rows in an insert')
        .choices(['free', 'starter', 'pro', 'enterprise'])
        .default('enterprise'),
    ),
  async start({ own, token, ...request }) {
    const { sampleApiKey, startZerodbGateway } = await import('@stowage/gateway')
    const tier = own['tier'] as ZerodbTier
    const gateway = await startZerodbGateway({ ...request, tier, apiKey: token ?? sampleApiKey })
    const { url, apiKey } = gateway
    // A key that the operator gave is theirs to know.
    return {
      access: { url, apiKey },
      summary: `Tables API at ${url}${token === undefined ? `, API key ${apiKey}` : ''}`,
      close: () => gateway.close(),
    }
  },
}
