/**
 * What adapters share to talk to a service: the byte transport, JSON calls, the guard of credentials and origins, and what answers
 * and failures mean.
 *
 * @module
 */
export { withDeadline } from './deadline.ts'
export { checkBaseUrl, checkServiceUrl, isLoopback, redactUrl, type UrlCheck } from './base-url.ts'
export { explainHttpError, HttpError, type HttpErrorParts } from './http-error.ts'
export {
  type CredentialHeaders,
  type JsonAnswer,
  JsonClient,
  type JsonClientOptions,
  type JsonRequest,
  type QueryValue,
} from './json-client.ts'
export { explainNetworkError } from './network-error.ts'
export {
  type SmithyAbortSignal,
  SmithyHandler,
  type SmithyHandlerOptions,
  type SmithyMetadata,
  type SmithyOutput,
  type SmithyRequest,
  type SmithyResponse,
} from './smithy-handler.ts'
export { type AnswerHeaders, codeForStatus, headerOf, requestIdOf, retryAfterMs } from './status-code.ts'
export { ByteResponse, type ByteResponseParts } from './transport/byte-response.ts'
export {
  type ByteRequest,
  ByteTransport,
  type ByteTransportOptions,
  type RequestCounter,
} from './transport/byte-transport.ts'
export { type BodySource, type RequestBody } from './transport/request-body.ts'
export { encodeKey, encodeSegment } from './url-path.ts'
