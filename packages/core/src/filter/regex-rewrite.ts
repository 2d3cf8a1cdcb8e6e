import type { RegexNode } from './regex-syntax.ts'

/**
 * Leaves out what does not decide whether a pattern is found somewhere: optional parts at its very beginning and end.
 *
 * `.*foo.*` is found exactly where `foo` is; what is left is often plain text, or at least can't backtrack.
 */
export function trimRegex(node: RegexNode): RegexNode {
  if (node.kind === 'choice') return { kind: 'choice', nodes: node.nodes.map(trimRegex) }
  const nodes = flatten(node)
  let first = 0
  while (first < nodes.length && isOptional(nodes[first])) first += 1
  let end = nodes.length
  while (end > first && isOptional(nodes[end - 1])) end -= 1
  const rest = nodes.slice(first, end)
  if (rest.length > 0) {
    rest[0] = shortest(rest[0] as RegexNode)
    rest[rest.length - 1] = shortest(rest.at(-1) as RegexNode)
  }
  return rest.length === 1 ? (rest[0] as RegexNode) : { kind: 'sequence', nodes: rest }
}

function flatten(node: RegexNode): RegexNode[] {
  return node.kind === 'sequence' ? node.nodes.flatMap(flatten) : [node]
}

function isOptional(node: RegexNode | undefined): boolean {
  return node?.kind === 'repeat' && node.min === 0
}

/** At the edge of a pattern the fewest repetitions will do. */
function shortest(node: RegexNode): RegexNode {
  if (node.kind !== 'repeat') return node
  return node.min === 1 ? node.node : { ...node, max: node.min }
}

/** Tells whether a pattern can only be found at the start of the text. */
export function isAnchored(node: RegexNode): boolean {
  switch (node.kind) {
    case 'start':
      return true
    case 'choice':
      return node.nodes.every(isAnchored)
    case 'sequence':
      return node.nodes[0] !== undefined && isAnchored(node.nodes[0])
    case 'repeat':
      return node.min > 0 && isAnchored(node.node)
    default:
      return false
  }
}

/** Tells whether a pattern looks at word boundaries. */
export function hasBoundary(node: RegexNode): boolean {
  switch (node.kind) {
    case 'boundary':
    case 'no-boundary':
      return true
    case 'choice':
    case 'sequence':
      return node.nodes.some(hasBoundary)
    case 'repeat':
      return hasBoundary(node.node)
    default:
      return false
  }
}
