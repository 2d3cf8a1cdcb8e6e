import { z } from 'zod'
import { id, instant, isMap, optionalId, optionalText, withHidden } from './answers.ts'

/** A workspace: a schema that is worked in with SQL. */
export interface KeboolaWorkspace {
  /** Its id. */
  readonly id: string
  /** Its name. */
  readonly name: string | undefined
  /** `table` or `file`. */
  readonly type: string | undefined
  /** When it was made. */
  readonly createdAt: Date | undefined
  /** Its size. */
  readonly backendSize: string | undefined
  /** How it is reached, without secrets. */
  readonly connection: KeboolaWorkspaceConnection
  /** What is logged in with, where the answer has it. Not enumerable, so that it shows in no log; copying the object leaves it out. */
  readonly secret: KeboolaWorkspaceSecret | undefined
}

/** How a workspace is reached. */
export interface KeboolaWorkspaceConnection {
  /** `snowflake`, `bigquery`, … */
  readonly backend: string | undefined
  /** The host. */
  readonly host: string | undefined
  /** The database. */
  readonly database: string | undefined
  /** The schema. */
  readonly schema: string | undefined
  /** The warehouse. */
  readonly warehouse: string | undefined
  /** The region. */
  readonly region: string | undefined
  /** The user. */
  readonly user: string | undefined
  /** How people log in. */
  readonly loginType: string | undefined
  /** The id of credentials that were made for it. */
  readonly credentialsId: string | undefined
}

/** What is logged in to a workspace with; which of them depends on the backend. No property is enumerable. */
export interface KeboolaWorkspaceSecret {
  /** The password. */
  readonly password: string | undefined
  /** The private key, as PEM. */
  readonly privateKey: string | undefined
  /** The connection string of a file workspace. */
  readonly connectionString: string | undefined
  /** The key file of a service account, on BigQuery. */
  readonly serviceAccount: Readonly<Record<string, unknown>> | undefined
}

const connectionShape = z.looseObject({
  backend: optionalText,
  host: optionalText,
  database: optionalText,
  schema: optionalText,
  warehouse: optionalText,
  region: optionalText,
  user: optionalText,
  loginType: optionalText,
  credentials: z.unknown().optional(),
})

const workspaceShape = z.object({
  id,
  name: optionalText,
  type: optionalText,
  created: instant,
  backendSize: optionalText,
  connection: connectionShape,
})

/** An answer with a workspace. */
export const workspaceAnswer: z.ZodType<KeboolaWorkspace> = workspaceShape.transform(
  ({ created, connection, ...rest }): KeboolaWorkspace => {
    const { backend, host, database, schema, warehouse, region, user, loginType, credentials } = connection
    const found = isMap(credentials) ? optionalId.safeParse(credentials['id']).data : undefined
    const place = { backend, host, database, schema, warehouse, region, user, loginType, credentialsId: found }
    return withHidden({ ...rest, createdAt: created, connection: place }, { secret: toSecret(connection) })
  },
)

/** An answer with workspaces. */
export const workspacesAnswer: z.ZodType<readonly KeboolaWorkspace[]> = z.array(workspaceAnswer)

/** An answer with a new secret. */
export const secretAnswer: z.ZodType<KeboolaWorkspaceSecret> = z
  .record(z.string(), z.unknown())
  .transform((answer, context) => {
    const secret = toSecret(answer)
    if (secret !== undefined) return secret
    context.addIssue({ code: 'custom', message: 'there is no password' })
    return z.NEVER
  })

function toSecret(answer: Readonly<Record<string, unknown>>): KeboolaWorkspaceSecret | undefined {
  const password = wordOf(answer['password'])
  const privateKey = wordOf(answer['privateKey'])
  const connectionString = wordOf(answer['connectionString'])
  const { credentials } = answer
  // Credentials that only have an id are no secret.
  const serviceAccount =
    isMap(credentials) && Object.keys(credentials).some((name) => name !== 'id') ? credentials : undefined
  const secrets = { password, privateKey, connectionString, serviceAccount }
  return Object.values(secrets).every((value) => value === undefined) ? undefined : withHidden({}, secrets)
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
