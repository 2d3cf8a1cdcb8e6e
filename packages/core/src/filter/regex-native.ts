import type { CodePointSet } from './code-point-set.ts'
import { isAnchored } from './regex-rewrite.ts'
import type { RegexNode } from './regex-syntax.ts'

// How many characters the engine may look at for one place of the text before it gives up there.
const maxWorkPerPlace = 256

/** Finds plain text, with or without anchors, by comparing strings; undefined when the pattern is more than that. */
export function compilePlainText(node: RegexNode): ((text: string) => boolean) | undefined {
  const nodes = node.kind === 'sequence' ? [...node.nodes] : [node]
  const isFromStart = nodes[0]?.kind === 'start'
  const isToEnd = nodes.length > Number(isFromStart) && nodes.at(-1)?.kind === 'end'
  const plain = plainText(nodes.slice(isFromStart ? 1 : 0, isToEnd ? -1 : undefined))
  if (plain === undefined) return undefined
  if (isFromStart && isToEnd) return (text) => text === plain
  if (isFromStart) return (text) => text.startsWith(plain)
  return isToEnd ? (text) => text.endsWith(plain) : (text) => text.includes(plain)
}

function plainText(nodes: readonly RegexNode[]): string | undefined {
  let text = ''
  for (const node of nodes) {
    const codePoint = node.kind === 'set' ? onlyCodePoint(node.set) : undefined
    if (codePoint === undefined) return undefined
    text += String.fromCodePoint(codePoint)
  }
  return text
}

function onlyCodePoint(set: CodePointSet): number | undefined {
  const [range] = set
  return set.length === 1 && range !== undefined && range[0] === range[1] ? range[0] : undefined
}

/**
 * Tells whether V8's backtracking engine takes linear time for a pattern, whatever the text, and is right.
 *
 * That is so when the ways to match at one place and the characters in each are few, whatever the text holds. One
 * unbounded repetition of a single character is fine in a pattern bound to the start of the text: it is tried at one
 * place only, and each of its lengths once.
 */
export function isHarmless(node: RegexNode): boolean {
  const { ways, length, unbounded } = measure(node)
  const isBound = unbounded === 0 || (unbounded === 1 && isAnchored(node))
  return isBound && ways * length <= maxWorkPerPlace
}

interface Measure {
  /** In how many ways the bounded parts can match at one place. */
  readonly ways: number
  /** The most characters the bounded parts look at. */
  readonly length: number
  /** How many unbounded repetitions there are, with repeated ones counted as often. */
  readonly unbounded: number
}

function measure(node: RegexNode): Measure {
  switch (node.kind) {
    case 'set':
      return { ways: 1, length: 1, unbounded: 0 }
    case 'sequence':
      return measureSequence(node.nodes)
    case 'choice':
      return measureChoice(node.nodes)
    case 'repeat':
      return measureRepeat(node)
    case 'no-boundary':
      // V8 also finds it between the halves of a surrogate pair, where no character ends.
      return { ways: Infinity, length: 1, unbounded: 0 }
    default:
      return { ways: 1, length: 1, unbounded: 0 }
  }
}

function measureSequence(nodes: readonly RegexNode[]): Measure {
  const total = { ways: 1, length: 0, unbounded: 0 }
  for (const one of nodes.map(measure)) {
    total.ways *= one.ways
    total.length += one.length
    total.unbounded += one.unbounded
  }
  return total
}

function measureChoice(nodes: readonly RegexNode[]): Measure {
  const total = { ways: 0, length: 0, unbounded: 0 }
  for (const one of nodes.map(measure)) {
    total.ways += one.ways
    total.length = Math.max(total.length, one.length)
    total.unbounded += one.unbounded
  }
  return total
}

function measureRepeat(node: Extract<RegexNode, { readonly kind: 'repeat' }>): Measure {
  const { ways, length, unbounded } = measure(node.node)
  if (node.max === Infinity) {
    const isSingle = node.node.kind === 'set'
    // The required repetitions come first and add to the length of each try.
    return { ways: 1, length: node.min + 1, unbounded: isSingle ? 1 : Infinity }
  }
  let total = 0
  for (let count = node.min; count <= node.max && total <= maxWorkPerPlace; count++) total += ways ** count
  return { ways: total, length: length * node.max, unbounded: unbounded === 0 ? 0 : unbounded * node.max }
}

/** Writes a pattern for the engine, with every class spelled out, so that its own idea of them doesn't matter. */
export function toNativeRegex(node: RegexNode): RegExp {
  return new RegExp(sourceOf(node), 'u')
}

function sourceOf(node: RegexNode): string {
  switch (node.kind) {
    case 'set':
      return setSource(node.set)
    case 'sequence':
      return node.nodes.map(sourceOf).join('')
    case 'choice':
      return `(?:${node.nodes.map(sourceOf).join('|')})`
    case 'repeat':
      return `(?:${sourceOf(node.node)}){${node.min},${node.max === Infinity ? '' : node.max}}`
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'boundary':
      return '\\b'
    case 'no-boundary':
      return '\\B'
  }
}

function setSource(set: CodePointSet): string {
  const codePoint = onlyCodePoint(set)
  if (codePoint !== undefined) return escaped(codePoint)
  return `[${set.map(([first, last]) => `${escaped(first)}-${escaped(last)}`).join('')}]`
}

function escaped(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`
}
