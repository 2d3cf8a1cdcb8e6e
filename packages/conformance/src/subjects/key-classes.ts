/** Keys that some backend, or what lies in front of it, may take for something else. */
export interface KeyClass {
  /** What the check is called after `keys/`. */
  readonly name: string
  /** What is odd about the keys, to follow "a key with". */
  readonly oddity: string
  /** Gives the keys, inside a place that shares a bucket when its prefix isn't empty. */
  readonly keys: (place: string) => readonly string[]
}

/** The classes, each of keys that a gap may name on its own. */
export const keyClasses: readonly KeyClass[] = [
  inside('plain', 'letters, digits and slashes', 'a', 'a/b/c.txt', '2026/11/cat-1_2.tar.gz'),
  inside('space', 'a space in it', 'a b', 'a  b', 'a b/c d.txt'),
  inside('trailing-space', 'a space at its end', 'a ', 'a  ', 'b /c ', 'c.txt '),
  atStart('leading-space', 'a space at its start', ' ', '  '),
  inside('hash', 'a number sign', 'a#b', '#', 'a/#/b', 'x#'),
  inside('question-mark', 'a question mark', 'a?b', '?', 'a?b=c&d=e', 'x?'),
  inside('percent', 'a percent sign', 'a%b', '%', '100%', '%zz', '%%', 'x%2'),
  inside('encoded-slash', 'the letters of an encoded slash', 'a%2Fb', 'a%2fb', 'a%252Fb', 'a/b'),
  inside('encoded', 'the letters of other encoded characters', 'a%20b', '%41', '%C3%A9', '%00', 'a%3Fb', '%2E%2E/x'),
  inside('plus', 'a plus sign', 'a+b', '+', 'a++b', 'a b'),
  inside('colon', 'a colon', 'a:b', ':', 'C:/x', 'a::$DATA'),
  inside('dollar', 'a dollar sign', 'a$b', '$', '$HOME', '${x}'),
  inside('ampersand', 'an ampersand', 'a&b', '&', '&amp;', 'a&lt;b'),
  inside('equals', 'an equals sign', 'a=b', '=', 'year=2026/month=11'),
  inside('at', 'an at sign', 'a@b', '@', 'ann@example.com'),
  inside('comma-semicolon', 'a comma or a semicolon', 'a,b', 'a;b', ';', ','),
  inside('backslash', 'a backslash', 'a\\b', '\\', '..\\x', 'a\\\\b', 'a/b'),
  inside('quotes', 'quotes', `a'b`, `a"b`, 'a`b', `'`, `"`, `'; --`),
  inside('brackets', 'brackets', 'a(b)', 'a[b]', 'a{b}', 'a<b>', '<x>', '[]', '{}'),
  inside('wildcards', 'wildcards', 'a*b', '*', 'a_b', 'a^b', 'a|b', 'axb'),
  inside('tilde', 'a tilde', 'a~b', '~', '~/x', 'abcdef~1'),
  inside('bang', 'an exclamation mark', 'a!b', '!', '!!'),
  inside('leading-dash', 'a dash at its start', '-', '-rf', '--help', '-/x'),
  atStart('leading-slash', 'a slash at its start', '/'),
  atStart('leading-slashes', 'several slashes at its start', '//'),
  inside('trailing-slash', 'a slash at its end', 'a/', 'a/b/', 'a'),
  inside('empty-segment', 'an empty segment', 'a//b', 'a/b', 'a///b', 'b//'),
  atStart('leading-dot', 'a dot at its start', '.', '.hidden.', '...'),
  inside('trailing-dot', 'a dot at its end', 'a.', 'a..', 'b./c'),
  inside('dot-segment', 'a segment of one dot', 'a/./b', 'a/b', 'a/.', './a'),
  inside('dot-dot-segment', 'a segment of two dots', 'a/../b', 'a/b/..', 'b', 'c/../../d', '../e'),
  inside('segments-of-dots', 'a segment of several dots', 'a/.../b', 'a/..../b', 'a/.. /b'),
  inside('case', 'letters that differ only in case from another', 'Name', 'name', 'NAME', 'é', 'É', 'ſ', 's', 'İ', 'i̇'),
  inside('accents', 'letters beyond ASCII', 'Grüße.txt', 'caf\u00e9', '日本語/ファイル.txt', 'Ελλάδα'),
  inside('combining', 'combining marks, beside the composed form', 'cafe\u0301', 'caf\u00e9', '\u1100\u1161', '\uac00'),
  inside('compatibility', 'letters that look like others', 'ﬁ', 'fi', 'Å', 'Å', '①', '1', '\u00a0', '\u2003'),
  inside('emoji', 'emoji', '🐈', '🐈‍⬛/🇯🇵.jpg', '👩🏽‍💻', '\u{1f408}\ufe0f'),
  inside('right-to-left', 'right-to-left text', 'שלום/עולם', 'مرحبا', '\u202eabc', 'a\u200fb'),
  inside('invisible', 'characters that do not show', 'a\u200bb', 'ab', '\ufeffa', 'a\u00adb', '\u2028'),
  inside('high', 'characters at the end of Unicode', '\uffff', '\ue000', '\u{10000}', '\u{10ffff}', '\ufffd'),
  inside('line-break', 'a line break or a tab', 'a\nb', 'a\r\nb', 'a\tb', '\n'),
  inside('control', 'control characters', 'a\u0001b', 'a\u001fb', '\u007f', '\u0085', 'a\u001b[31mb'),
  inside('nul', 'a NUL', 'a\0b', '\0', 'a'),
  inside('device', 'a name of a device', 'con', 'CON', 'nul', 'aux.txt', 'COM1', 'lpt9/x', 'prn', 'dev/null'),
  inside(
    'long-segment',
    'a segment longer than most file systems take',
    'k'.repeat(300),
    'é'.repeat(140),
    `a/${'b'.repeat(256)}/c`,
  ),
  inside('many-segments', 'a hundred segments', `${'a/'.repeat(100)}b`),
  inside('prefix-of-another', 'the beginning of another key', 'a', 'a/b', 'a/b/c', 'a/b/', 'ab', 'a.b'),
  inside('digits', 'digits only', '0', '00', '007', '1e3', '-1', 'NaN', '1', '01'),
  inside(
    'words',
    'a word of a programming language',
    'null',
    'undefined',
    'true',
    '__proto__',
    'constructor',
    'toString',
  ),
  inside(
    'reserved',
    'a name that stores keep for themselves',
    '_index',
    '.stowage',
    '_',
    'index.html',
    '_metadata',
    'x.part',
    'x.000',
  ),
  inside('address', 'the form of an address', 'http://a/b', 'file:///etc/passwd', 's3://a/b', '//host/share', 'a.b/c'),
  inside(
    'escapes',
    'escape sequences of many languages',
    '\\n',
    '\\u0041',
    '&#65;',
    '=3D',
    '$(x)',
    '%s',
    '{0}',
    '\\x41',
  ),
]

function inside(name: string, oddity: string, ...keys: readonly string[]): KeyClass {
  return { name, oddity, keys: (place) => keys.map((key) => place + key) }
}

/** Keys whose very first characters are odd; where a bucket is shared, the place comes after those. */
function atStart(name: string, oddity: string, ...starts: readonly string[]): KeyClass {
  return { name, oddity, keys: (place) => starts.flatMap((start) => [`${start}${place}a`, `${start}${place}b/c`]) }
}

/**
 * Gives the keys that a careless backend would take a key for: decoded, encoded, trimmed, normalised, folded, cut. None of them is the
 * key itself.
 */
export function lookalikesOf(key: string): string[] {
  const rewrites: ((text: string) => string)[] = [
    decode,
    encodeURIComponent,
    encodeURI,
    (text) => text.trim(),
    (text) => text.replace(/[ .]+$/, ''),
    (text) => text.replaceAll(' ', '+'),
    (text) => text.replaceAll('+', ' '),
    (text) => text.normalize('NFC'),
    (text) => text.normalize('NFD'),
    (text) => text.normalize('NFKC'),
    (text) => text.toLowerCase(),
    (text) => text.toUpperCase(),
    (text) => text.replaceAll('\\', '/'),
    (text) => text.replaceAll('/', '\\'),
    (text) => text.replace(/\/{2,}/g, '/'),
    (text) => text.replace(/^\/+/, ''),
    (text) => text.replace(/\/+$/, ''),
    resolveDots,
    (text) => text.split(/[?#]/)[0] ?? '',
    (text) => text.split('\0')[0] ?? '',
    // oxlint-disable-next-line no-control-regex -- control characters are what some stores drop
    (text) => text.replace(/[\u0000-\u001f\u007f]/g, ''),
    (text) => text.replace(/[^\u0020-\u007e]/gu, '?'),
    (text) => Buffer.from(text, 'latin1').toString(),
    (text) => text.slice(0, 255),
  ]
  const found = rewrites.map((rewrite) => rewrite(key)).filter((text) => text !== '' && text.isWellFormed())
  return [...new Set(found)].filter((text) => text !== key)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function resolveDots(text: string): string {
  const segments: string[] = []
  for (const segment of text.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}
