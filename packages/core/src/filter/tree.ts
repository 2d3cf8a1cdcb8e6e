import type { JsonValue } from '../rows/row.ts'

/**
 * A checked filter as plain data: what drivers take apart, and what travels to worker threads.
 *
 * An `and` without nodes matches every row. Values are JSON: dates have become text.
 */
export type FilterNode =
  | {
      /** All, at least one, or none of the nodes hold. */
      readonly kind: 'and' | 'or' | 'nor'
      /** What is joined; only an `and` may have none. */
      readonly nodes: readonly FilterNode[]
    }
  | {
      /** The complement of a node. */
      readonly kind: 'not'
      /** What must not hold. */
      readonly node: FilterNode
    }
  | {
      /** A comparison of a field with one value. */
      readonly kind: 'compare'
      /** A field, or a dotted path. */
      readonly path: string
      /** How they compare. */
      readonly operator: '$eq' | '$ne' | '$gt' | '$gte' | '$lt' | '$lte'
      /** What the field is compared with. */
      readonly value: JsonValue
    }
  | {
      /** A comparison of a field with a list of values. */
      readonly kind: 'in'
      /** A field, or a dotted path. */
      readonly path: string
      /** Whether the field must equal one of the values, or none. */
      readonly operator: '$in' | '$nin'
      /** The values; may be empty. */
      readonly values: readonly JsonValue[]
    }
  | {
      /** Whether a field is there. */
      readonly kind: 'exists'
      /** A field, or a dotted path. */
      readonly path: string
      /** True asks for fields that are there, null included; false for missing ones. */
      readonly exists: boolean
    }
  | {
      /** Whether a pattern is found in a text field. */
      readonly kind: 'regex'
      /** A field, or a dotted path. */
      readonly path: string
      /** A pattern of the portable subset, without flags. */
      readonly pattern: string
    }

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
  | {
      /** Sets a field, or appends to an array. */
      readonly operator: '$set' | '$push'
      /** A field, or a dotted path. */
      readonly path: string
      /** What is set or appended. */
      readonly value: JsonValue
    }
  | {
      /** Removes a field. */
      readonly operator: '$unset'
      /** A field, or a dotted path. */
      readonly path: string
    }
  | {
      /** Adds to a number. */
      readonly operator: '$inc'
      /** A field, or a dotted path. */
      readonly path: string
      /** What is added; may be negative. */
      readonly value: number
    }
  | {
      /** Removes elements of an array. */
      readonly operator: '$pull'
      /** A field, or a dotted path. */
      readonly path: string
      /** Which elements go. */
      readonly matches: PullCondition
    }

/** What `$pull` removes from an array: equal elements, objects a filter holds for, or elements operators hold for. */
export type PullCondition =
  | {
      /** Elements that equal a value. */
      readonly kind: 'equal'
      /** The value. */
      readonly value: JsonValue
    }
  | {
      /** Elements that are objects for which a filter holds. */
      readonly kind: 'object'
      /** Sees each element as a row. */
      readonly filter: FilterNode
    }
  | {
      /** Elements for which operators hold. */
      readonly kind: 'element'
      /** Sees each element as field `element`. */
      readonly filter: FilterNode
    }
