import { KeboolaError } from '../keboola-error.ts'
import type { FileRecord } from './file-record.ts'

/** Tells whether a file is searched for. */
export type FileTest = (record: FileRecord) => boolean

type Token =
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'NOT' | '+' | '-' }
  | { readonly kind: 'term'; readonly field: string | undefined; readonly text: string; readonly isQuoted: boolean }

const mostTerms = 500
const everything: FileTest = () => true

/**
 * Reads a search as Elasticsearch's query strings have it, as far as files are concerned: `field:text`, `field:"text"`, `*` in
 * texts without quotes, `AND`, `OR`, `NOT`, `-`, `+` and brackets. Terms without a word between them are alternatives, and a term without
 * a field is looked for in names and tags.
 *
 * @throws KeboolaError `query.syntax` for anything else
 */
export function parseFileQuery(query: string): FileTest {
  if (query.trim() === '') return everything
  const parser = new Parser(tokenize(query))
  return parser.parse()
}

function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = []
  const pattern = /\s*(?:([()])|([+-])(?=\S)|(&&|\|\||!)|(?:([A-Za-z_.]+):)?(?:"((?:[^"\\]|\\.)*)"|([^\s()":]+)))/y
  const text = query.trim()
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text)
    if (found === null || tokens.length > mostTerms) throw syntaxError()
    const [, bracket, sign, word, field, quoted, plain] = found
    if (bracket !== undefined) tokens.push({ kind: bracket as '(' })
    else if (sign !== undefined) tokens.push({ kind: sign as '+' })
    else if (word !== undefined) tokens.push({ kind: word === '&&' ? 'AND' : word === '!' ? 'NOT' : 'OR' })
    else if (quoted !== undefined) tokens.push({ kind: 'term', field, text: unescape(quoted), isQuoted: true })
    else tokens.push(wordToken(field, plain ?? ''))
  }
  return tokens
}

function wordToken(field: string | undefined, text: string): Token {
  if (field === undefined && (text === 'AND' || text === 'OR' || text === 'NOT')) return { kind: text }
  return { kind: 'term', field, text, isQuoted: false }
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): FileTest {
    const test = this.#either()
    if (this.#at < this.#tokens.length) throw syntaxError()
    return test
  }

  #either(): FileTest {
    const required: FileTest[] = []
    const prohibited: FileTest[] = []
    const optional: FileTest[] = []
    do {
      const tests = this.#take('+') ? required : this.#take('-') ? prohibited : optional
      tests.push(this.#both())
    } while (this.#take('OR') || (this.#at < this.#tokens.length && this.#kind() !== ')'))
    const isEnough = (record: FileRecord): boolean =>
      optional.length === 0 || required.length > 0 || optional.some((test) => test(record))
    return (record) =>
      isEnough(record) && required.every((test) => test(record)) && !prohibited.some((test) => test(record))
  }

  #both(): FileTest {
    const tests = [this.#not()]
    while (this.#take('AND')) tests.push(this.#not())
    return (record) => tests.every((test) => test(record))
  }

  #not(): FileTest {
    let isNegated = false
    while (this.#take('NOT')) isNegated = !isNegated
    const test = this.#single()
    return isNegated ? (record) => !test(record) : test
  }

  #single(): FileTest {
    const token = this.#tokens[this.#at]
    this.#at += 1
    if (token?.kind === 'term') return termTest(token.field, token.text, token.isQuoted)
    if (token?.kind !== '(') throw syntaxError()
    const test = this.#either()
    if (!this.#take(')')) throw syntaxError()
    return test
  }

  #kind(): Token['kind'] | undefined {
    return this.#tokens[this.#at]?.kind
  }

  #take(kind: Token['kind']): boolean {
    if (this.#kind() !== kind) return false
    this.#at += 1
    return true
  }
}

const fields: Readonly<Record<string, (record: FileRecord) => readonly string[]>> = {
  id: ({ id }) => [String(id)],
  name: ({ name }) => [name],
  tags: ({ tags }) => tags,
  runId: ({ runId }) => (runId === null ? [] : [runId]),
  isSliced: ({ isSliced }) => [String(isSliced)],
  isPublic: ({ isPublic }) => [String(isPublic)],
  isEncrypted: ({ isEncrypted }) => [String(isEncrypted)],
  sizeBytes: ({ sizeBytes }) => (sizeBytes === null ? [] : [String(sizeBytes)]),
  maxAgeDays: ({ maxAgeDays }) => (maxAgeDays === null ? [] : [String(maxAgeDays)]),
  'creatorToken.id': ({ creatorToken }) => [String(creatorToken.id)],
  'creatorToken.description': ({ creatorToken }) => [creatorToken.description],
}

function termTest(field: string | undefined, text: string, isQuoted: boolean): FileTest {
  if (text === '*' && field === undefined) return everything
  const values = field === undefined ? nameAndTags : Object.hasOwn(fields, field) ? fields[field] : undefined
  // A field that no document has matches none.
  if (values === undefined) return () => false
  const parts = isQuoted ? [text.toLowerCase()] : text.toLowerCase().split('*')
  return (record) => values(record).some((value) => matchesParts(value.toLowerCase(), parts))
}

function nameAndTags({ name, tags }: FileRecord): readonly string[] {
  return [name, ...name.split(/[\s_.-]+/), ...tags]
}

// One part has to follow the other; a pattern of the client's own could take for ever.
function matchesParts(value: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return value === first
  if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = value.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return at <= value.length - last.length
}

function syntaxError(): KeboolaError {
  return new KeboolaError(400, 'query.syntax', 'The query "q" has a syntax error')
}
