/** Tells whether a text matches a pattern. */
export type GlobMatcher = (text: string) => boolean

type Step = '*' | ((character: string) => boolean)

/**
 * Compiles a pattern of C's `fnmatch` without flags: `*` is any text, slashes included, `?` one character, `[…]` one of a
 * set, and a backslash takes the sign after it for itself.
 */
export function compileGlob(pattern: string): GlobMatcher {
  const steps = parse(Array.from(pattern))
  return (text) => matches(steps, Array.from(text))
}

// On a mismatch only the last star can take more: trying earlier ones again finds nothing new.
function matches(steps: readonly Step[], characters: readonly string[]): boolean {
  let step = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < characters.length) {
    const current = steps[step]
    if (current === '*') {
      star = step
      starAt = at
      step += 1
    } else if (current !== undefined && current(characters[at] as string)) {
      step += 1
      at += 1
    } else if (star >= 0) {
      starAt += 1
      at = starAt
      step = star + 1
    } else return false
  }
  return steps.slice(step).every((left) => left === '*')
}

function parse(signs: readonly string[]): readonly Step[] {
  const steps: Step[] = []
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] as string
    const set = sign === '[' ? readSet(signs, at + 1) : undefined
    if (sign === '*') steps.push('*')
    else if (sign === '?') steps.push(() => true)
    else if (set !== undefined) {
      steps.push(set.includes)
      at = set.end
    } else {
      // A backslash at the very end has nothing to take and stands for itself.
      if (sign === '\\' && at + 1 < signs.length) at += 1
      const literal = signs[at]
      steps.push((character) => character === literal)
    }
  }
  return steps
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[\p{L}\p{N}]/u,
  alpha: /\p{L}/u,
  blank: /[ \t]/,
  cntrl: /\p{Cc}/u,
  digit: /[0-9]/,
  graph: /[^\s\p{C}]/u,
  lower: /\p{Ll}/u,
  print: /[^\p{C}]/u,
  punct: /[\p{P}\p{S}]/u,
  space: /\s/,
  upper: /\p{Lu}/u,
  xdigit: /[0-9A-Fa-f]/,
}

interface GlobSet {
  readonly includes: (character: string) => boolean
  /** Where its closing bracket is. */
  readonly end: number
}

/** Reads a set from after its opening bracket; undefined when it isn't closed, and the bracket stands for itself. */
function readSet(signs: readonly string[], start: number): GlobSet | undefined {
  const isNegated = signs[start] === '!' || signs[start] === '^'
  const first = isNegated ? start + 1 : start
  const members: ((character: string) => boolean)[] = []
  let at = first
  while (at < signs.length) {
    // A bracket that comes first is a member.
    if (signs[at] === ']' && at > first) {
      return { includes: (character) => members.some((member) => member(character)) !== isNegated, end: at }
    }
    const member = readClass(signs, at) ?? readRange(signs, at)
    members.push(member.includes)
    at = member.end + 1
  }
  return undefined
}

function readClass(signs: readonly string[], at: number): GlobSet | undefined {
  if (signs[at] !== '[' || signs[at + 1] !== ':') return undefined
  const end = signs.indexOf(':', at + 2)
  const name = signs.slice(at + 2, end).join('')
  if (end === -1 || signs[end + 1] !== ']' || !Object.hasOwn(classes, name)) return undefined
  return { includes: (character) => (classes[name] as RegExp).test(character), end: end + 1 }
}

function readRange(signs: readonly string[], at: number): GlobSet {
  const from = readSign(signs, at)
  const dash = from.end + 1
  const hasEnd = signs[dash] === '-' && signs[dash + 1] !== undefined && signs[dash + 1] !== ']'
  const to = hasEnd ? readSign(signs, dash + 1) : from
  const includes = (character: string): boolean => {
    const code = character.codePointAt(0) as number
    return code >= from.code && code <= to.code
  }
  return { includes, end: to.end }
}

function readSign(signs: readonly string[], at: number): { code: number; end: number } {
  const isEscaped = signs[at] === '\\' && at + 1 < signs.length
  const end = isEscaped ? at + 1 : at
  return { code: (signs[end] as string).codePointAt(0) as number, end }
}
