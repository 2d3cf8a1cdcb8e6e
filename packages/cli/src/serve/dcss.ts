import { readPort } from './port.ts'
import type { ServedApi } from './served-api.ts'

/** The Duckietown Cloud Storage Service. */
export const dcss: ServedApi = {
  name: 'dcss',
  description: 'Duckietown Cloud Storage Service: data API of both generations, and S3',
  example: 'stowage serve dcss --dir ./duckies --port 4000 --json',
  options: [
    {
      name: 's3-port',
      value: 'port',
      description: 'the port of the S3 side, 0 for a free one',
      preset: 0,
      parse: readPort,
    },
  ],
  servers: ['data', 's3'],
  faulty: ['URLs'],
  async start({ own, ...request }) {
    const { startDcssGateway } = await import('@stowage/gateway')
    const gateway = await startDcssGateway({ ...request, s3Port: own['s3-port'] as number })
    const { url, token, s3Url, accessKeyId, secretAccessKey, region, faults } = gateway
    return {
      access: { url, token, s3Url, accessKeyId, secretAccessKey, region },
      // A token that the operator gave is theirs to know.
      summary: `data API at ${url}, S3 at ${s3Url}${request.token === undefined ? `, token ${token}` : ''}`,
      faults,
      close: () => gateway.close(),
    }
  },
}
