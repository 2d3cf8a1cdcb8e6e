import { z } from 'zod'

/** The size of a full part of the official layout: 5 GiB (contract section 1). */
export const officialPartBytes: number = 5 * 1024 ** 3

/** Options of the DCSS adapter, as people write them. */
export interface DcssOptions {
  /** The Duckietown token, `dt1-…` or `dt2-…`; without it only the space `public` can be read. Default: `DUCKIETOWN_TOKEN`. */
  readonly token?: string | undefined
  /** The generation of the data API: `v2` is today's, `v1` that of the first library. Default `v2`. */
  readonly generation?: 'v1' | 'v2' | undefined
  /** The base URL of the data API. Default: the official host of the generation. */
  readonly dataApiUrl?: string | undefined
  /** The endpoint of an S3 server, addressed by paths. Default: AWS, one host for each bucket. */
  readonly s3Url?: string | undefined
  /** The base URL objects of the space `public` are read from, for example a mirror. Default: that of S3. */
  readonly publicUrl?: string | undefined
  /** The region requests are signed for. Default `us-east-1`. */
  readonly region?: string | undefined
  /** Put in front of every bucket name, for a staging service. Default: `DT_BUCKET_PREFIX`, else nothing. */
  readonly bucketPrefix?: string | undefined
  /** The bucket of a space, `{space}` stands for its name. Default `duckietown-{space}-storage`. */
  readonly bucketTemplate?: string | undefined
  /** The user whose files the space `user` shows; needs permission. Default: the token's. */
  readonly impersonate?: number | undefined
  /** With `secretAccessKey`: goes to S3 directly, without the data API. Default: `DCSS_ACCESS_KEY_ID`. */
  readonly accessKeyId?: string | undefined
  /** The secret that goes with `accessKeyId`. Default: `DCSS_SECRET_ACCESS_KEY`. */
  readonly secretAccessKey?: string | undefined
  /** The session token of temporary S3 credentials. Default: none. */
  readonly sessionToken?: string | undefined
  /** Whether a token whose signature is wrong is refused. Default true. */
  readonly verifyToken?: boolean | undefined
  /** Public keys tokens may be signed with beside Duckietown's: base64 of SPKI DER. Default: none. */
  readonly publicKeys?: readonly string[] | undefined
  /** Whether an expired token fails at once. Default false: a warning is logged. */
  readonly rejectExpired?: boolean | undefined
  /** The size of a full part of a large file, in bytes. Default 5 GiB, as the official library has it. */
  readonly partBytes?: number | undefined
  /** What happens to a signed listing of over 1,000 keys: `refuse` fails, `narrow` asks for longer prefixes. Default `refuse`. */
  readonly listStrategy?: 'refuse' | 'narrow' | undefined
  /** How keys of the space `user` are shown: with `{uid}/`, as the official tools do, or without. Default `with-uid`. */
  readonly userKeys?: 'with-uid' | 'without-uid' | undefined
  /** What downloads are checked against beside their length: `auto` the MD5 up to 64 MiB, `etag` always, `length` never. Default `auto`. */
  readonly verify?: 'auto' | 'etag' | 'length' | undefined
  /** Whether uploads of unknown length go through a temporary file; otherwise they are refused. Default false. */
  readonly spoolUnknownLength?: boolean | undefined
  /** Whether a lone `key.000` that is no part of a large file is left out of reads of `key`. Default true. */
  readonly strictParts?: boolean | undefined
  /** Whether plain http is allowed beyond this machine. Default false. */
  readonly allowInsecure?: boolean | undefined
}

const text = z.string().min(1)

const checked = z.strictObject({
  token: text.optional().describe('The Duckietown token, dt1-… or dt2-…; without it only the space public can be read'),
  generation: z
    .enum(['v1', 'v2'])
    .default('v2')
    .describe('The generation of the data API: "v2" is today\'s, "v1" that of the first library. Default v2'),
  dataApiUrl: text.optional().describe('The base URL of the data API. Default: the official host of the generation'),
  s3Url: text
    .optional()
    .describe('The endpoint of an S3 server, addressed by paths. Default: AWS, one host for each bucket'),
  publicUrl: text
    .optional()
    .describe('The base URL objects of the space public are read from, for example a mirror. Default: that of S3'),
  region: text.default('us-east-1').describe('The region requests are signed for. Default us-east-1'),
  bucketPrefix: z
    .string()
    .default('')
    .describe('Put in front of every bucket name, for a staging service. Default none'),
  bucketTemplate: z
    .string()
    .regex(/\{space\}/, 'needs {space} where the name goes')
    .default('duckietown-{space}-storage')
    .describe('The bucket of a space, {space} stands for its name. Default duckietown-{space}-storage'),
  impersonate: z
    .int()
    .optional()
    .describe("The user whose files the space user shows; needs permission. Default: the token's"),
  accessKeyId: text.optional().describe('With secretAccessKey: goes to S3 directly, without the data API'),
  secretAccessKey: text.optional().describe('The secret that goes with accessKeyId'),
  sessionToken: text.optional().describe('The session token of temporary S3 credentials. Default none'),
  verifyToken: z.boolean().default(true).describe('Whether a token whose signature is wrong is refused. Default true'),
  publicKeys: z
    .array(text)
    .default([])
    .describe("Public keys tokens may be signed with beside Duckietown's: base64 of SPKI DER. Default none"),
  rejectExpired: z
    .boolean()
    .default(false)
    .describe('Whether an expired token fails at once. Default false: a warning'),
  partBytes: z
    .int()
    .positive()
    .max(officialPartBytes)
    .default(officialPartBytes)
    .describe('The size of a full part of a large file, in bytes. Default 5 GiB, as the official library has it'),
  listStrategy: z
    .enum(['refuse', 'narrow'])
    .default('refuse')
    .describe('What happens to a signed listing of over 1,000 keys: "refuse" fails, "narrow" asks for longer prefixes'),
  userKeys: z
    .enum(['with-uid', 'without-uid'])
    .default('with-uid')
    .describe(
      'How keys of the space user are shown: with "{uid}/", as the official tools do, or without. Default with-uid',
    ),
  verify: z
    .enum(['auto', 'etag', 'length'])
    .default('auto')
    .describe(
      'What downloads are checked against beside their length: "auto" the MD5 up to 64 MiB, "etag" always, "length" never',
    ),
  spoolUnknownLength: z
    .boolean()
    .default(false)
    .describe(
      'Whether uploads of unknown length go through a temporary file; otherwise they are refused. Default false',
    ),
  strictParts: z
    .boolean()
    .default(true)
    .describe('Whether a lone "key.000" that is no part of a large file is left out of reads of "key". Default true'),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe('Whether plain http is allowed beyond this machine. Default false'),
})

/** Checks options of the DCSS adapter and fills in defaults. */
export const dcssOptionsSchema: z.ZodType<CheckedDcssOptions, DcssOptions> = checked.refine(
  ({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined),
  { message: 'accessKeyId and secretAccessKey go together: give both or none', path: ['secretAccessKey'] },
)

/** The options that have a value in any case: the one given, or the default. */
export type DcssOptionWithDefault =
  | 'generation'
  | 'region'
  | 'bucketPrefix'
  | 'bucketTemplate'
  | 'verifyToken'
  | 'publicKeys'
  | 'rejectExpired'
  | 'partBytes'
  | 'listStrategy'
  | 'userKeys'
  | 'verify'
  | 'spoolUnknownLength'
  | 'strictParts'
  | 'allowInsecure'

/** Options of the DCSS adapter, with defaults filled in. */
export type CheckedDcssOptions = Omit<DcssOptions, DcssOptionWithDefault> & {
  readonly [Name in DcssOptionWithDefault]: NonNullable<DcssOptions[Name]>
}

/** The environment variable each option is read from. */
export const dcssEnvironment: Readonly<Record<string, string>> = {
  token: 'DUCKIETOWN_TOKEN',
  bucketPrefix: 'DT_BUCKET_PREFIX',
  accessKeyId: 'DCSS_ACCESS_KEY_ID',
  secretAccessKey: 'DCSS_SECRET_ACCESS_KEY',
}

/** The options that hold secrets. */
export const dcssSecretOptions: readonly string[] = ['token', 'secretAccessKey', 'sessionToken']
