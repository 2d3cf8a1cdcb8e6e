/**
 * Servers that speak the wire API of a service over any storage: old clients keep working, and over the embedded backend each
 * is the test double of its service, with faults on request.
 *
 * @module
 */
export { type AbejaGateway, startAbejaGateway } from './abeja/abeja-gateway.ts'
export {
  type AbejaDatasource,
  type AbejaGatewayOptions,
  type AbejaOrganization,
  type AbejaRole,
  type AbejaUser,
  sampleAccessToken,
} from './abeja/options.ts'
export { type DcssGateway, startDcssGateway } from './dcss/dcss-gateway.ts'
export type { RefusalStyle } from './dcss/data-api.ts'
export type { DcssAction, DcssGrant } from './dcss/grants.ts'
export type { DcssGatewayOptions } from './dcss/options.ts'
export type { TokenVersion } from './dcss/token.ts'
export { sampleTokens } from './dcss/token-check.ts'
export type { MintOptions } from './dcss/token-issuer.ts'
export type { JobFault } from './keboola/jobs/job-fault.ts'
export { type KeboolaGateway, type RateLimitNotice, startKeboolaGateway } from './keboola/keboola-gateway.ts'
export type { MaintenanceNotice } from './keboola/maintenance.ts'
export {
  type KeboolaFileProvider,
  type KeboolaGatewayOptions,
  type KeboolaPermission,
  type KeboolaToken,
  sampleKeboolaToken,
} from './keboola/options.ts'
export type { FaultMatch, FaultRule } from './server/fault-rule.ts'
export type { ActiveFault, Faults } from './server/faults.ts'
export type { ListenOptions, TlsOptions } from './server/gateway-server.ts'
export type { LoggedRequest } from './server/request-log.ts'
export type { ZerodbCall } from './zerodb/call-record.ts'
export {
  type RateWindowKind,
  type RequiredFields,
  sampleApiKey,
  type ZerodbGatewayOptions,
  type ZerodbTier,
} from './zerodb/options.ts'
export type { ZerodbOperation, ZerodbQuirk, ZerodbQuirks } from './zerodb/quirks.ts'
export { startZerodbGateway, type ZerodbGateway } from './zerodb/zerodb-gateway.ts'
