const catalog = {
  AuthenticationFailed: [
    403,
    'Server failed to authenticate the request. Make sure the signature is formed correctly and has not expired.',
  ],
  AuthorizationPermissionMismatch: [
    403,
    'This request is not authorized to perform this operation using this permission.',
  ],
  BlobAlreadyExists: [409, 'The specified blob already exists.'],
  BlobNotFound: [404, 'The specified blob does not exist.'],
  ConditionNotMet: [412, 'The condition specified using HTTP conditional header(s) is not met.'],
  ContainerNotFound: [404, 'The specified container does not exist.'],
  IncompleteBody: [400, 'The request body is shorter than its Content-Length.'],
  InternalError: [500, 'Server encountered an internal error. Please try again after some time.'],
  InvalidBlockId: [400, 'The specified block ID is invalid. It must be Base64 of at most 64 bytes.'],
  InvalidBlockList: [400, 'The specified block list is invalid.'],
  InvalidHeaderValue: [400, 'The value for one of the HTTP headers is not in the correct format.'],
  InvalidRange: [416, 'The range specified is invalid for the current size of the resource.'],
  InvalidUri: [400, 'The requested URI does not represent any resource on the server.'],
  InvalidXmlDocument: [400, 'XML specified is not syntactically valid.'],
  Md5Mismatch: [
    400,
    'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
  ],
  MissingContentLengthHeader: [411, 'The Content-Length header was not specified.'],
  NoAuthenticationInformation: [
    401,
    'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
  ],
  RequestBodyTooLarge: [413, 'The request body is too large and exceeds the maximum permissible limit.'],
  ServerBusy: [503, 'The server is busy.'],
  UnsupportedHttpVerb: [405, 'The resource does not support the specified HTTP verb.'],
  UnsupportedQueryParameter: [400, 'One of the query parameters specified in the request URI is not supported.'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>

/** The codes the Azure side answers with: Azure's own. */
export type AzureErrorCode = keyof typeof catalog

/** A refusal as a client of Azure's blob storage gets to see it. */
export class AzureError extends Error {
  readonly code: AzureErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(code: AzureErrorCode, headers: Readonly<Record<string, string>> = {}, cause?: unknown) {
    const [status, message] = catalog[code]
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.headers = headers
  }
}
