import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type NodeEnvironment, rawPath } from '../server/hono-handler.ts'
import { dcssActions, type DcssAction, type Grants } from './grants.ts'
import { type ObjectPath, readObjectPath } from './object-path.ts'
import type { SpaceNames, Spaces } from './spaces.ts'
import type { TokenCheck } from './token-check.ts'

/** How refusals look: as an HTTP status with text, or as status 200 with an envelope that says so. */
export type RefusalStyle = 'http' | 'envelope'

/** What a signed URL is wanted for. */
export interface Authorization {
  /** The action. */
  readonly action: DcssAction
  /** The full name of the bucket. */
  readonly bucket: string
  /** The key, or the prefix of a listing. */
  readonly object: string
  /** Metadata headers that will be sent with an upload. */
  readonly metadata: Readonly<Record<string, string>>
  /** Parameters of the listing. */
  readonly listing: Readonly<Record<string, string>>
  /** The host and port the client used to get here. */
  readonly host: string
}

/** What the data API is made of. */
export interface DataApiParts {
  /** Checks tokens. */
  readonly tokens: TokenCheck
  /** Decides who may do what. */
  readonly grants: Grants
  /** How spaces are called. */
  readonly names: SpaceNames
  /** Which spaces there are. */
  readonly spaces: Spaces
  /** How refusals look. */
  readonly refusals: RefusalStyle
  /** Whether parameters of listings in the URL are signed with it. */
  readonly hasListParameters: boolean
  /** Signs a URL. */
  readonly sign: (authorization: Authorization) => string
}

/** One generation of the API: the same work behind another door. */
interface Generation {
  readonly prefix: string
  readonly tokenOf: (context: Context<NodeEnvironment>) => string | undefined
  readonly granted: (url: string) => object
  readonly refused: (code: number, message: string) => object
}

const generations: readonly Generation[] = [
  {
    prefix: '/v1/',
    tokenOf: (context) => context.req.header('x-duckietown-token'),
    granted: (url) => ({ code: 200, data: { url } }),
    refused: (code, message) => ({ code, message }),
  },
  {
    prefix: '/api/v1/dcss/authorize/',
    tokenOf: (context) => /^token +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1],
    granted: (url) => ({ success: true, result: { url } }),
    refused: (_code, message) => ({ success: false, messages: [message] }),
  },
]

const listParameters = ['continuation-token', 'start-after', 'delimiter', 'max-keys'] as const

/** A refusal on its way to the client. */
class Refusal extends Error {
  readonly status: ContentfulStatusCode

  constructor(status: ContentfulStatusCode, message: string) {
    super(message)
    this.status = status
  }
}

/** Makes the data API: both generations at once, which hand out signed URLs for one action on one object. */
export function createDataApi(parts: DataApiParts): Hono<NodeEnvironment> {
  const app = new Hono<NodeEnvironment>({ getPath: rawPath })
  for (const generation of generations) {
    app.all(`${generation.prefix}*`, (context) => answer(generation, parts, context))
  }
  app.notFound((context) => context.text('There is no such path in the data API.\n', 404))
  return app
}

async function answer(
  generation: Generation,
  parts: DataApiParts,
  context: Context<NodeEnvironment>,
): Promise<Response> {
  // The router takes a prefix without its slash for a match too.
  if (!context.req.path.startsWith(generation.prefix)) return context.notFound()
  try {
    const url = parts.sign(await authorize(generation, parts, context))
    return context.json(generation.granted(url))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.status === 405) context.header('allow', 'GET')
    if (parts.refusals === 'http') return context.text(error.message, error.status)
    return context.json(generation.refused(error.status, error.message))
  }
}

async function authorize(
  generation: Generation,
  { tokens, grants, names, spaces, hasListParameters }: DataApiParts,
  context: Context<NodeEnvironment>,
): Promise<Authorization> {
  if (context.req.raw.method !== 'GET') throw new Refusal(405, 'Only GET is allowed')
  const token = tokens.check(generation.tokenOf(context))
  if ('refusal' in token) throw new Refusal(401, token.refusal)
  const path = readObjectPath(context.req.path.slice(generation.prefix.length))
  if (path === undefined) throw new Refusal(400, 'The path is not percent-encoded UTF-8')
  const action = checkAction(path)
  const space = names.spaceOf(path.bucket)
  if (space === undefined || !(await spaces.has(space))) throw new Refusal(404, `There is no bucket "${path.bucket}"`)
  const { bucket, object } = path
  if (!grants.allows({ uid: token.uid, space, action, object })) {
    throw new Refusal(403, `User ${token.uid} may not ${action} "${object}" in "${bucket}"`)
  }
  const metadata = action === 'put_object' ? metadataOf(context) : {}
  const listing = action === 'list_objects_v2' && hasListParameters ? listingOf(context) : {}
  return { action, bucket, object, metadata, listing, host: context.req.header('host') ?? '' }
}

function checkAction({ action, object }: ObjectPath): DcssAction {
  const known = dcssActions.find((name) => name === action)
  if (known === undefined) throw new Refusal(400, `There is no action "${action}": use ${dcssActions.join(', ')}`)
  // Without a key the URL would be good for the whole bucket.
  if (object === '' && known !== 'list_objects_v2') throw new Refusal(400, `${known} needs an object`)
  return known
}

function metadataOf(context: Context<NodeEnvironment>): Record<string, string> {
  const headers = Object.entries(context.env.incoming.headers)
  return Object.fromEntries(
    headers.flatMap(([name, value]) => (name.startsWith('x-amz-meta-') ? [[name, String(value)] as const] : [])),
  )
}

function listingOf(context: Context<NodeEnvironment>): Record<string, string> {
  const query = new URL(context.req.url).searchParams
  return Object.fromEntries(
    listParameters.flatMap((name) => {
      const value = query.get(name)
      return value === null ? [] : [[name, value] as const]
    }),
  )
}
