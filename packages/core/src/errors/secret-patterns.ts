/** What stands where a secret was. */
export const mask = '***'

type Rewrite = readonly [pattern: RegExp, replacement: string | ((...match: string[]) => string)]

// Text from services and people gets here, so every pattern must stay linear: no unbounded part can begin at each character of
// a long run.

const queryNames = [
  'x-amz-(?:signature|credential|security-token)',
  'x-goog-(?:signature|credential)',
  // Cursors of listings are no credentials.
  '(?!(?:[a-z]+[_-]?)?(?:page|continuation)[_-]?token)(?:[a-z]+[_-]?)?(?:token|secret|password|passwd|signature)',
  'api[_-]?key|access[_-]?key|account[_-]?key|subscription[_-]?key',
  'aws_?access_?key_?id|key|sig|credential|pwd|jwt',
].join('|')

const assignedNames = [
  'x-amz-(?:signature|credential|security-token)',
  '(?:[a-z]+[_-])?(?:token|secret|password|passwd)',
  '(?:access|refresh|id|session|security|auth|storage|sas)token',
  'client[_-]?secret|secret[_-]?access[_-]?key|secret[_-]?key',
  'api[_-]?key|access[_-]?key|account[_-]?key',
  'aws_?access_?key_?id|signature|credential|shared[_-]?access[_-]?signature|sig|pwd',
].join('|')

const headerNames = [
  '(?:proxy-)?authorization',
  'x-(?:storageapi|duckietown|kbc|auth|access|csrf)-?(?:api)?-?token',
  'x-amz-security-token',
  'x-api-key',
  'api-key',
].join('|')

const ordinaryWords =
  /^(?:auth\w*|credentials?|scheme|tokens?|realm\b.*|challenge|header|missing|required|expired|invalid)$/i

const rewrites: readonly Rewrite[] = [
  // A user name alone may be a token, so all of the user information goes.
  [/:\/\/[^\s/?#"'<>]*@/g, `://${mask}@`],
  [new RegExp(`([?&;]|%3f|%26)(${queryNames})(=|%3d)[^\\s&"'<>#]+`, 'gi'), `$1$2$3${mask}`],
  [
    new RegExp(
      `(?<![a-z0-9_-])(${headerNames})(["']?\\s{0,4}[:=]\\s{0,4}["'[]{0,2})([^\\s"',]+)(\\s+[^\\s"',]+)?`,
      'gi',
    ),
    (_, name = '', between = '', first = '', second: string | undefined) =>
      `${name}${between}${maskHeader(first, second)}`,
  ],
  [/(?<![a-z0-9_-])((?:set-)?cookie)(["']?\s{0,4}[:=]\s{0,4}["'[]{0,2})[^\r\n"']+/gi, `$1$2${mask}`],
  [new RegExp(`(?<![a-z0-9_.-])(${assignedNames})=[^\\s&"'<>,;]+`, 'gi'), `$1=${mask}`],
  [new RegExp(`(["'])(${assignedNames})\\1(\\s{0,4}:\\s{0,4})("[^"]*"|'[^']*')`, 'gi'), `$1$2$1$3"${mask}"`],
  [new RegExp(`(?<![a-z0-9_.-])(${assignedNames})(:\\s{0,4})("[^"]*"|'[^']*')`, 'gi'), `$1$2"${mask}"`],
  [
    /(?<![a-z0-9])(bearer|basic|token)(\s{1,4})([a-z0-9._~+/=-]+)/gi,
    (whole, scheme = '', space = '', value = '') => (looksSecret(scheme, value) ? `${scheme}${space}${mask}` : whole),
  ],
  [/(?<![A-Za-z0-9])dt[12]-[A-Za-z0-9]{8,}-[A-Za-z0-9]{8,}/g, mask],
  [/(?<![A-Za-z0-9])zerodb_(?:sk|pk|rk)_[A-Za-z0-9_-]+/gi, mask],
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}/g, mask],
  [/(?<![A-Za-z0-9])\d+-\d+-[A-Za-z0-9]{32,}/g, mask],
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, mask],
]

function maskHeader(first: string, second: string | undefined): string {
  if (second === undefined || !/^(?:basic|bearer|token|digest|negotiate|aws4-hmac-sha256)$/i.test(first)) {
    return `${mask}${second ?? ''}`
  }
  return `${first} ${mask}`
}

function looksSecret(scheme: string, value: string): boolean {
  if (ordinaryWords.test(value)) return false
  if (scheme.toLowerCase() === 'bearer') return value.length >= 6
  return value.length >= 20 || (value.length >= 6 && /\d|=$|[a-z][A-Z]/.test(value))
}

/** Masks what looks like a secret by its form or by the name before it: credentials of URLs, headers, tokens. */
export function maskPatterns(text: string): string {
  let masked = text
  for (const [pattern, replacement] of rewrites) {
    masked =
      typeof replacement === 'string' ? masked.replace(pattern, replacement) : masked.replace(pattern, replacement)
  }
  return masked
}

const secretNames = new RegExp(
  '(?:token|secrets?|password|passwd|passphrase|pwd|signature|credentials?|authorization|cookie|jwt|sas|sig' +
    '|(?:api|access|secret|account|private|session|shared|storage|subscription)key|accesskeyid|connectionstring)$',
)

// Cursors of listings are no credentials, and a message about one needs it.
const innocentNames = /(?:page|continuation|next|cursor|cancellation)token$/

/** Tells whether a field of this name holds a secret, for example `accessToken` or `X-StorageApi-Token`. */
export function isSecretName(name: string): boolean {
  const plain = name.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return secretNames.test(plain) && !innocentNames.test(plain)
}
