import type { JsonValue } from '../rows/row.ts'

/**
 * A checked filter as plain data: what drivers take apart, and what travels to worker threads.
 *
 * An `and` without nodes matches every row. Values are JSON: dates have become text.
 */
export type FilterNode =
  | { readonly kind: 'and' | 'or' | 'nor'; readonly nodes: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly node: FilterNode }
  | {
      readonly kind: 'compare'
      readonly path: string
      readonly operator: '$eq' | '$ne' | '$gt' | '$gte' | '$lt' | '$lte'
      readonly value: JsonValue
    }
  | {
      readonly kind: 'in'
      readonly path: string
      readonly operator: '$in' | '$nin'
      readonly values: readonly JsonValue[]
    }
  | { readonly kind: 'exists'; readonly path: string; readonly exists: boolean }
  | { readonly kind: 'regex'; readonly path: string; readonly pattern: string }

/** The filter that matches every row. */
export const matchAll: FilterNode = { kind: 'and', nodes: [] }

/** Tells whether a filter has no condition at all. */
export function isMatchAll(filter: FilterNode): boolean {
  return filter.kind === 'and' && filter.nodes.every(isMatchAll)
}

/** One key of a sort: a dotted path and a direction. */
export interface SortKey {
  /** A field, or a dotted path. */
  readonly path: string
  /** 1 for ascending, -1 for descending. */
  readonly direction: 1 | -1
}

/** A checked projection: keep only these paths, or all but these. */
export interface Projection {
  /** `include` keeps only the paths, `exclude` all others. */
  readonly kind: 'include' | 'exclude'
  /** Fields or dotted paths; none is the parent of another. */
  readonly paths: readonly string[]
}

/** A checked update: a list of changes, none of whose paths is equal to or parent of another's. */
export type UpdateTree = readonly UpdateChange[]

/** One change of an update. */
export type UpdateChange =
  | { readonly operator: '$set' | '$push'; readonly path: string; readonly value: JsonValue }
  | { readonly operator: '$unset'; readonly path: string }
  | { readonly operator: '$inc'; readonly path: string; readonly value: number }
  | { readonly operator: '$pull'; readonly path: string; readonly matches: PullCondition }

/** What `$pull` removes from an array: equal elements, objects a filter holds for, or elements operators hold for. */
export type PullCondition =
  | { readonly kind: 'equal'; readonly value: JsonValue }
  | { readonly kind: 'object'; readonly filter: FilterNode }
  | {
      /** The operators apply to each element, which the filter sees as field `element`. */
      readonly kind: 'element'
      readonly filter: FilterNode
    }
