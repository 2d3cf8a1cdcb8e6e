import { AzureError } from './azure-error.ts'
import { type CloudGrants, isSame } from './cloud-grants.ts'

/** What a shared access signature is good for. */
export interface AzureAccess {
  /** The container. */
  readonly container: string
  /** The only blob; undefined for all of the container. */
  readonly blob: string | undefined
  /** `r` read, `w` write, `l` list. */
  readonly permissions: string
  /** When it ends, in milliseconds since 1970. */
  readonly expiresMs: number
  /** The `Content-Disposition` that downloads have instead of their own. */
  readonly disposition?: string | undefined
}

const version = '2021-12-02'

/** Signs the query that goes with requests. */
export function signAccess(access: AzureAccess, grants: CloudGrants): string {
  const { blob, permissions, expiresMs, disposition } = access
  const query = new URLSearchParams({
    sv: version,
    sr: blob === undefined ? 'c' : 'b',
    se: new Date(expiresMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    sp: permissions,
    // Credentials of a time that was ended early name another one.
    si: String(grants.generation),
  })
  if (disposition !== undefined) query.set('rscd', disposition)
  query.set('sig', signatureOf(query, access, grants))
  return query.toString()
}

/**
 * Checks the signature of a request, and that it is good for a permission. Its parameters may come in any order and encoding.
 *
 * @throws AzureError that says what is wrong with it
 */
export function checkAccess(
  query: URLSearchParams,
  target: { readonly container: string; readonly blob: string },
  permission: 'r' | 'w',
  rules: { readonly grants: CloudGrants; readonly nowMs: number },
): void {
  const { grants, nowMs } = rules
  const given = query.get('sig')
  if (given === null) throw new AzureError('NoAuthenticationInformation')
  const { container } = target
  const blob = query.get('sr') === 'c' ? undefined : target.blob
  if (!isSame(given, signatureOf(query, { container, blob }, grants))) throw new AzureError('AuthenticationFailed')
  const isRevoked = Number(query.get('si')) < grants.generation
  if (isRevoked || nowMs >= Date.parse(query.get('se') ?? '')) throw new AzureError('AuthenticationFailed')
  if (!(query.get('sp') ?? '').includes(permission)) throw new AzureError('AuthorizationPermissionMismatch')
}

function signatureOf(
  query: URLSearchParams,
  { container, blob }: Pick<AzureAccess, 'container' | 'blob'>,
  grants: CloudGrants,
): string {
  const fields = ['sv', 'sr', 'se', 'sp', 'si', 'rscd'].map((name) => query.get(name) ?? '')
  return grants.sign('azure', JSON.stringify([...fields, container, blob ?? '']))
}
