import { startService as startAbeja } from '../../abeja-service.ts'
import { startService as startDcss } from '../../dcss-service.ts'
import { startService as startKeboola } from '../../keboola-service.ts'
import { startService as startZerodb } from '../../zerodb-service.ts'

/** A service on this machine, and what its adapter reads from the environment to find it. */
export interface ServiceOnLoopback {
  readonly environment: Readonly<Record<string, string>>
  /** The requests it got. */
  readonly requests: readonly unknown[]
  close(): Promise<void>
}

async function keboola(): Promise<ServiceOnLoopback> {
  const { url, token, ...service } = await startKeboola()
  return { environment: { KEBOOLA_STACK_URL: url, KEBOOLA_TOKEN: token }, ...service }
}

async function zerodb(): Promise<ServiceOnLoopback> {
  const { url, apiKey, ...service } = await startZerodb()
  return { environment: { ZERODB_API_URL: url, ZERODB_API_KEY: apiKey }, ...service }
}

async function abeja(): Promise<ServiceOnLoopback> {
  const { url, organizationId, userId, personalAccessToken, ...service } = await startAbeja()
  const environment = {
    ABEJA_API_URL: url,
    ABEJA_ORGANIZATION_ID: organizationId,
    ABEJA_PLATFORM_USER_ID: userId,
    ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN: personalAccessToken,
  }
  return { ...service, environment }
}

async function dcss(): Promise<ServiceOnLoopback> {
  const { url, s3Url, token, ...service } = await startDcss(0)
  const environment = { DCSS_DATA_API_URL: url, DCSS_S3_URL: s3Url, DUCKIETOWN_TOKEN: token }
  return { ...service, environment }
}

/** Starts a service by the name of its adapter. */
export const startService = { keboola, zerodb, abeja, dcss }
