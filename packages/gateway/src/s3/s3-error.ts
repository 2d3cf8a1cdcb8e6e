const catalog = {
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header is malformed'],
  AuthorizationQueryParametersError: [400, 'The query parameters of the signature are malformed'],
  BadDigest: [400, 'The checksum you specified did not match what we received'],
  BucketAlreadyExists: [409, 'The requested bucket name is not available'],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size'],
  ExpiredToken: [400, 'The provided token has expired'],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by the Content-Length HTTP header'],
  InsufficientStorage: [507, 'The storage behind this service is full'],
  InternalError: [500, 'We encountered an internal error'],
  InvalidAccessKeyId: [403, 'The access key id you provided does not exist in our records'],
  InvalidArgument: [400, 'Invalid argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid'],
  InvalidDigest: [400, 'The Content-MD5 or checksum you specified is not valid'],
  InvalidLocationConstraint: [400, 'The specified location constraint is not valid'],
  InvalidPart: [400, 'One or more of the specified parts could not be found, or its ETag does not match'],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid request'],
  InvalidToken: [400, 'The provided token is malformed or otherwise invalid'],
  InvalidURI: [400, 'Could not parse the specified URI'],
  KeyTooLongError: [400, 'Your key is too long'],
  MalformedPolicy: [400, 'The policy is not valid'],
  MalformedXML: [400, 'The XML you provided was not well-formed or did not validate against our published schema'],
  MaxMessageLengthExceeded: [400, 'Your request was too big'],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchBucketPolicy: [404, 'The bucket policy does not exist'],
  NoSuchKey: [404, 'The specified key does not exist'],
  NoSuchUpload: [404, 'The specified multipart upload does not exist'],
  NotImplemented: [501, 'A header or parameter you provided implies functionality that is not implemented'],
  OperationAborted: [409, 'A conflicting operation is in progress against this resource: try again'],
  PreconditionFailed: [412, 'At least one of the preconditions you specified did not hold'],
  RequestTimeTooSkewed: [403, 'The difference between the request time and the current time is too large'],
  ServiceUnavailable: [503, 'Please reduce your request rate or try again later'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided: check your key and signing method',
  ],
  SlowDown: [503, 'Please reduce your request rate'],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed"],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>

/** The error codes this service answers with; S3's own, so that clients know them. */
export type S3ErrorCode = keyof typeof catalog

/** What an error may say beyond its code. */
export interface S3ErrorDetails {
  /** Instead of the code's usual message. */
  readonly message?: string
  /** More elements of the error document, by name. */
  readonly fields?: Readonly<Record<string, string>>
  /** More headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal or failure as a client of S3 gets to see it. */
export class S3Error extends Error {
  override readonly name: string = 'S3Error'
  readonly code: S3ErrorCode
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: S3ErrorCode, { message, fields = {}, headers = {} }: S3ErrorDetails = {}, cause?: unknown) {
    const [status, usual] = catalog[code]
    super(message ?? usual, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.fields = fields
    this.headers = headers
  }
}
