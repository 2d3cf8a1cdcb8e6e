import { invalidArgument } from '@stowage/core/driver'

/**
 * Checks the path of a file in a bucket, as the official client does before it sends anything, and refuses what can't be told apart on the
 * wire: a form writes `"` as `%22` and line breaks as `%0D` and `%0A`, and whoever reads it can't know which it was.
 *
 * @throws StorageError `invalid-argument`
 */
export function checkBucketPath(path: string): string {
  const fault = faultOf(path)
  if (fault === undefined) return path
  throw invalidArgument(`${JSON.stringify(path)} can't be the path of a file in an ABEJA bucket: ${fault}`)
}

function faultOf(path: string): string | undefined {
  if (path === '') return 'it is empty'
  if (!path.isWellFormed()) return 'it holds half of a surrogate pair'
  if (path.startsWith('/') || path.endsWith('/')) return 'it must not begin or end with /'
  const segments = path.split('/')
  if (segments.includes('')) return 'it must not hold //'
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'no segment may be . or ..'
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'it must not hold control characters'
  if (/%(?:22|0d|0a)/i.test(path)) return 'it must not hold %22, %0D or %0A'
  return undefined
}
