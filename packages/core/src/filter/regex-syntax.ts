import { invalidArgument } from '../errors/storage-error.ts'
import { quote } from './field-path.ts'
import { complementOf, digits, rangesOf, spaces, unionOf, wordCharacters, type CodePointSet } from './code-point-set.ts'

/** A parsed pattern. Greedy and lazy are one: they find the same rows. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: CodePointSet }
  | { readonly kind: 'sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly min: number; readonly max: number }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'no-boundary' }

/** The longest pattern, in UTF-16 units. */
export const maxPatternLength = 512
// Postgres' limit, the lowest of the engines a pattern may meet.
const maxRepeats = 255

const notNewline = complementOf(rangesOf('\n'))
const classEscapes: Readonly<Record<string, CodePointSet>> = {
  d: digits,
  D: complementOf(digits),
  w: wordCharacters,
  W: complementOf(wordCharacters),
  s: spaces,
  S: complementOf(spaces),
}
const controlEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

/**
 * Parses a pattern of the portable subset: literals, `.`, `^`, `$`, classes, `\d \w \s \b` and their complements,
 * `* + ? {m,n}` and their lazy forms, `|` and groups.
 *
 * @param place - how messages name the pattern
 * @throws {@link StorageError} `invalid-argument`
 */
export function parseRegex(pattern: string, place: string): RegexNode {
  if (pattern.length > maxPatternLength) {
    throw invalidArgument(
      `${place}: the pattern has ${pattern.length} characters; at most ${maxPatternLength} are allowed`,
    )
  }
  return new RegexParser(pattern, place).parse()
}

class RegexParser {
  readonly #characters: readonly string[]
  readonly #place: string
  readonly #pattern: string
  #at = 0

  constructor(pattern: string, place: string) {
    this.#characters = Array.from(pattern)
    this.#pattern = pattern
    this.#place = place
  }

  parse(): RegexNode {
    const node = this.#choice()
    if (this.#peek() !== undefined) throw this.#problem('has a ) without (: write \\) for the character')
    return node
  }

  #choice(): RegexNode {
    const nodes = [this.#sequence()]
    while (this.#take('|')) nodes.push(this.#sequence())
    return nodes.length === 1 ? (nodes[0] as RegexNode) : { kind: 'choice', nodes }
  }

  #sequence(): RegexNode {
    const nodes: RegexNode[] = []
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      nodes.push(this.#quantified(this.#atom()))
    }
    return nodes.length === 1 ? (nodes[0] as RegexNode) : { kind: 'sequence', nodes }
  }

  #atom(): RegexNode {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'set', set: this.#class() }
      case '.':
        return { kind: 'set', set: notNewline }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        throw this.#problem(`has a ${character} with nothing to repeat: write \\${character} for the character`)
      case '{':
        throw this.#problem('has a { that is no repetition such as {2,5}: write \\{ for the character')
      default:
        return { kind: 'set', set: rangesOf(character) }
    }
  }

  #group(): RegexNode {
    if (this.#take('?') && !this.#take(':')) {
      throw this.#problem('has a group (?...): only ( ) and (?: ) are portable, not lookaround, names or flags')
    }
    const node = this.#choice()
    if (!this.#take(')')) throw this.#problem('has a ( without ): write \\( for the character')
    // In a group an assertion may be repeated, which it may not be by itself.
    return { kind: 'sequence', nodes: [node] }
  }

  #escape(): RegexNode {
    const character = this.#next()
    if (character === 'b') return { kind: 'boundary' }
    if (character === 'B') return { kind: 'no-boundary' }
    return { kind: 'set', set: classEscapes[character] ?? rangesOf(this.#literalEscape(character)) }
  }

  #literalEscape(character: string): string {
    const control = controlEscapes[character]
    if (control !== undefined) return control
    if (/^[!-~]$/.test(character) && !/[A-Za-z0-9]/.test(character)) return character
    throw this.#problem(
      character === ''
        ? 'ends in a single \\: write \\\\ for the character'
        : `has the escape \\${character}: only \\d \\w \\s \\b, their complements, \\n \\r \\t \\f and punctuation are portable`,
    )
  }

  #quantified(node: RegexNode): RegexNode {
    const bounds = this.#bounds()
    if (bounds === undefined) return node
    if (node.kind !== 'set' && node.kind !== 'sequence' && node.kind !== 'choice' && node.kind !== 'repeat') {
      throw this.#problem('repeats ^, $, \\b or \\B, which match no character')
    }
    if (this.#take('+'))
      throw this.#problem('has a possessive repetition, which is not portable: leave out the second +')
    this.#take('?')
    if (/^[*+?{]$/.test(this.#peek() ?? '')) {
      throw this.#problem('repeats a repetition: put a group around the inner one')
    }
    return { kind: 'repeat', node, ...bounds }
  }

  #bounds(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    return this.#peek() === '{' ? this.#counts() : undefined
  }

  #counts(): { min: number; max: number } {
    const rest = this.#characters.slice(this.#at, this.#at + 16).join('')
    const found = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(rest)
    if (found === null) throw this.#problem('has a { that is no repetition such as {2,5}: write \\{ for the character')
    const [text, least, list, most] = found
    this.#at += text.length
    const min = Number(least)
    const max = list === undefined ? min : most === undefined ? Infinity : Number(most)
    if (min > max) throw this.#problem(`has the repetition ${text} with its bounds reversed`)
    if (min > maxRepeats || (max > maxRepeats && max !== Infinity)) {
      throw this.#problem(`has the repetition ${text}: at most ${maxRepeats} are portable`)
    }
    return { min, max }
  }

  #class(): CodePointSet {
    const isNegated = this.#take('^')
    if (this.#peek() === ']') throw this.#problem('has a class that starts with ]: write \\] for the character')
    const parts: CodePointSet[] = []
    while (!this.#take(']')) parts.push(this.#classPart())
    const set = unionOf(parts)
    return isNegated ? complementOf(set) : set
  }

  #classPart(): CodePointSet {
    const first = this.#classAtom()
    if (this.#peek() !== '-' || this.#peek(1) === ']') return typeof first === 'string' ? rangesOf(first) : first
    this.#next()
    const last = this.#classAtom()
    if (typeof first !== 'string' || typeof last !== 'string') {
      throw this.#problem('has a class range that begins or ends in a class: write \\- for the character')
    }
    if ((first.codePointAt(0) as number) > (last.codePointAt(0) as number)) {
      throw this.#problem(`has the class range ${first}-${last} with its ends reversed`)
    }
    return rangesOf(first, last)
  }

  /** Gives a single character as text, a class as its set. */
  #classAtom(): string | CodePointSet {
    const character = this.#next()
    if (character === '') throw this.#problem('has a [ without ]: write \\[ for the character')
    if (character === '[' && /^[:.=]$/.test(this.#peek() ?? '')) {
      throw this.#problem('has a POSIX class such as [:alpha:], which is not portable: write the ranges')
    }
    if (character !== '\\') return character
    const escaped = this.#next()
    return classEscapes[escaped] ?? this.#literalEscape(escaped)
  }

  #peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead]
  }

  #next(): string {
    return this.#characters[this.#at++] ?? ''
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }

  #problem(text: string): Error {
    return invalidArgument(`${this.#place}: the pattern ${quote(this.#pattern)} ${text}`, { pattern: this.#pattern })
  }
}
