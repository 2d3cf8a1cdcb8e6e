import { type FilterNode, isMatchAll, matchAll } from './tree.ts'

/** A filter in two parts: rows that pass both are exactly those the filter matches. */
export interface SplitFilter {
  /** What the backend evaluates: every row the filter matches passes. `matchAll` when it can do nothing. */
  readonly pushed: FilterNode
  /** What is left to check on the rows that passed; `matchAll` when nothing is. */
  readonly residual: FilterNode
}

/**
 * Splits a filter into what a backend can evaluate and what is left.
 *
 * As much as is sound is pushed: of conditions that must all hold those it can express; of alternatives all or none, each
 * at least in part. Negations are moved inwards where that helps, and negated conditions are offered as their complement
 * (`$ne` for `$eq`), as `not` and as `nor`. The order of conditions is kept.
 *
 * @param canPush - tells whether the backend evaluates a node with exactly this language's meaning. It is asked about
 * whole nodes and about each node inside; a node is pushed when it says yes to all of them, so it may look at the node
 * alone. It must give the same answer each time.
 */
export function splitFilter(filter: FilterNode, canPush: (node: FilterNode) => boolean): SplitFilter {
  return new FilterSplitter(canPush).split(filter)
}

const nothingPushed = (residual: FilterNode): SplitFilter => ({ pushed: matchAll, residual })

class FilterSplitter {
  readonly #canPush: (node: FilterNode) => boolean
  readonly #answers = new Map<FilterNode, boolean>()

  constructor(canPush: (node: FilterNode) => boolean) {
    this.#canPush = canPush
  }

  split(node: FilterNode): SplitFilter {
    if (isMatchAll(node)) return nothingPushed(matchAll)
    if (this.#isPushable(node)) return { pushed: node, residual: matchAll }
    switch (node.kind) {
      case 'and':
        return this.#splitAll(node.nodes)
      case 'or':
        return this.#splitAny(node.nodes, node)
      case 'nor':
        return this.#splitAll(node.nodes.map(negate))
      case 'not':
        return this.#splitNot(node, node.node)
      default:
        return this.#splitLeaf(node)
    }
  }

  /** Asks about a node and all inside it, so that a driver that looks at a node alone is not led astray. */
  #isPushable(node: FilterNode): boolean {
    const known = this.#answers.get(node)
    if (known !== undefined) return known
    const answer = this.#canPush(node) && childrenOf(node).every((child) => this.#isPushable(child))
    this.#answers.set(node, answer)
    return answer
  }

  #splitAll(nodes: readonly FilterNode[]): SplitFilter {
    const parts = nodes.map((node) => ({ node, ...this.split(node) }))
    const usable = parts.filter(({ pushed }) => !isMatchAll(pushed))
    const taken = new Set(this.#takeTogether(usable))
    const residual = parts.map((part) => (taken.has(part) || isMatchAll(part.pushed) ? part.residual : part.node))
    return { pushed: joinAll([...taken].map(({ pushed }) => pushed)), residual: joinAll(residual) }
  }

  /** Gives the parts a backend can evaluate in one request: some express one condition, but not two. */
  #takeTogether<Part extends SplitFilter>(parts: readonly Part[]): readonly Part[] {
    const together = (some: readonly Part[]) => joinAll(some.map(({ pushed }) => pushed))
    if (parts.length < 2 || this.#isPushable(together(parts))) return parts
    const taken: Part[] = []
    for (const part of parts) {
      if (taken.length === 0 || this.#isPushable(together([...taken, part]))) taken.push(part)
    }
    return taken
  }

  /** A row that matches one alternative must pass, so each has to be pushed at least in part. */
  #splitAny(nodes: readonly FilterNode[], whole: FilterNode): SplitFilter {
    const parts = nodes.map((node) => this.split(node))
    if (parts.some(({ pushed }) => isMatchAll(pushed))) return nothingPushed(whole)
    const pushed = joinAny(parts.map((part) => part.pushed))
    if (!this.#isPushable(pushed)) return nothingPushed(whole)
    // Which alternative a row passed is not known afterwards, so either nothing is left or all of it.
    return { pushed, residual: parts.every(({ residual }) => isMatchAll(residual)) ? matchAll : whole }
  }

  #splitNot(whole: FilterNode, inner: FilterNode): SplitFilter {
    switch (inner.kind) {
      case 'and':
        return this.#splitAny(inner.nodes.map(negate), whole)
      case 'or':
        return this.#splitAll(inner.nodes.map(negate))
      case 'nor':
        return this.#splitAny(inner.nodes, whole)
      case 'not':
        return this.split(inner.node)
      default: {
        const alternative = [complementOf(inner), { kind: 'nor', nodes: [inner] } as const].find(
          (node) => node !== undefined && this.#isPushable(node),
        )
        return alternative === undefined ? nothingPushed(whole) : { pushed: alternative, residual: matchAll }
      }
    }
  }

  #splitLeaf(leaf: FilterNode): SplitFilter {
    const complement = complementOf(leaf)
    if (complement === undefined) return nothingPushed(leaf)
    const alternatives: FilterNode[] = [
      { kind: 'not', node: complement },
      { kind: 'nor', nodes: [complement] },
    ]
    const pushed = alternatives.find((node) => this.#isPushable(node))
    return pushed === undefined ? nothingPushed(leaf) : { pushed, residual: matchAll }
  }
}

function childrenOf(node: FilterNode): readonly FilterNode[] {
  if (node.kind === 'not') return [node.node]
  return node.kind === 'and' || node.kind === 'or' || node.kind === 'nor' ? node.nodes : []
}

/** `splitAll` and `splitAny` take it apart again, so that each condition meets {@link complementOf}. */
function negate(node: FilterNode): FilterNode {
  return node.kind === 'not' ? node.node : { kind: 'not', node }
}

/** Gives the condition that matches exactly the other rows, where the language has one. */
function complementOf(node: FilterNode): FilterNode | undefined {
  if (node.kind === 'exists') return { ...node, exists: !node.exists }
  if (node.kind === 'in') return { ...node, operator: node.operator === '$in' ? '$nin' : '$in' }
  if (node.kind !== 'compare') return undefined
  if (node.operator === '$eq') return { ...node, operator: '$ne' }
  return node.operator === '$ne' ? { ...node, operator: '$eq' } : undefined
}

function joinAll(nodes: readonly FilterNode[]): FilterNode {
  const kept = nodes.filter((node) => !isMatchAll(node)).flatMap((node) => (node.kind === 'and' ? node.nodes : [node]))
  return kept.length === 1 ? (kept[0] as FilterNode) : { kind: 'and', nodes: kept }
}

function joinAny(nodes: readonly FilterNode[]): FilterNode {
  return nodes.length === 1 ? (nodes[0] as FilterNode) : { kind: 'or', nodes }
}
