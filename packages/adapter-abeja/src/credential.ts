import { invalidArgument } from '@stowage/core/driver'
import type { AbejaOptions } from './options.ts'

/** Who asks, and the header that proves it. */
export interface AbejaCredential {
  /** Which of the three kinds it is. */
  readonly kind: 'token' | 'user' | 'datasource'
  /** The value of `Authorization`. */
  readonly authorization: string
  /** What must never show. */
  readonly secret: string
}

type CredentialOptions = Pick<
  AbejaOptions,
  'authToken' | 'userId' | 'personalAccessToken' | 'datasourceId' | 'datasourceSecret'
>

const environmentNames: Readonly<Record<keyof CredentialOptions, string>> = {
  authToken: 'PLATFORM_AUTH_TOKEN',
  userId: 'ABEJA_PLATFORM_USER_ID',
  personalAccessToken: 'ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN',
  datasourceId: 'ABEJA_PLATFORM_DATASOURCE_ID',
  datasourceSecret: 'ABEJA_PLATFORM_DATASOURCE_SECRET',
}

const optionNames = Object.keys(environmentNames) as (keyof CredentialOptions)[]

/**
 * Chooses the credential: the one in the options, else the environment's, and in each a token before a user before a datasource.
 *
 * Any credential option given beats the environment as a whole. Half a pair is refused in the options and ignored in the environment.
 *
 * @throws StorageError `invalid-argument` without a credential, naming the ways to give one
 */
export function readCredential(
  options: CredentialOptions,
  environment: Readonly<Record<string, string | undefined>>,
): AbejaCredential {
  if (optionNames.some((name) => options[name] !== undefined)) {
    checkPairs(options)
    return chooseCredential(options) ?? missing()
  }
  const given = Object.fromEntries(optionNames.map((name) => [name, environment[environmentNames[name]] || undefined]))
  return chooseCredential(given) ?? missing()
}

function chooseCredential(options: CredentialOptions): AbejaCredential | undefined {
  const { authToken, userId, personalAccessToken, datasourceId, datasourceSecret } = options
  if (authToken !== undefined) return { kind: 'token', authorization: `Bearer ${authToken}`, secret: authToken }
  if (userId !== undefined && personalAccessToken !== undefined) {
    checkUserId(userId)
    return basic('user', userId, personalAccessToken)
  }
  if (datasourceId !== undefined && datasourceSecret !== undefined)
    return basic('datasource', datasourceId, datasourceSecret)
  return undefined
}

function basic(kind: 'user' | 'datasource', id: string, secret: string): AbejaCredential {
  const prefix = `${kind}-`
  const name = id.startsWith(prefix) ? id : prefix + id
  return { kind, authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`, secret }
}

function checkPairs({ userId, personalAccessToken, datasourceId, datasourceSecret }: CredentialOptions): void {
  if ((userId === undefined) !== (personalAccessToken === undefined))
    throw invalidArgument('userId and personalAccessToken go together: give both or none')
  if ((datasourceId === undefined) !== (datasourceSecret === undefined))
    throw invalidArgument('datasourceId and datasourceSecret go together: give both or none')
}

// Old samples give a datasource as a user, which would come out as user-datasource-….
function checkUserId(userId: string): void {
  if (userId.startsWith('datasource-'))
    throw invalidArgument('userId names a datasource: give it as datasourceId, with its secret as datasourceSecret')
}

function missing(): never {
  const ways = [
    'authToken (or PLATFORM_AUTH_TOKEN)',
    'userId with personalAccessToken (or ABEJA_PLATFORM_USER_ID with ABEJA_PLATFORM_PERSONAL_ACCESS_TOKEN)',
    'datasourceId with datasourceSecret (or ABEJA_PLATFORM_DATASOURCE_ID with ABEJA_PLATFORM_DATASOURCE_SECRET)',
  ]
  throw invalidArgument(`ABEJA needs a credential, as an option or in the environment: ${ways.join(', or ')}`)
}
