import type { InputValue } from '../rows/row.ts'

/**
 * Which rows: an object of conditions that must all hold. `{}` holds for every row.
 *
 * A key is a field or a dotted path, its value what the field must equal, or an object of operators. `$and`, `$or` and
 * `$nor` take a list of filters. The language is MongoDB's; the page "Filters" of the guide has every rule.
 *
 * @example
 * ```ts
 * import type { Filter } from '@stowage/core'
 *
 * const filter: Filter = {
 *   country: 'CZ',
 *   balance: { $gte: 1000, $lt: 5000 },
 *   'address.city': { $in: ['Praha', 'Brno'] },
 *   $or: [{ closedAt: null }, { closedAt: { $gt: new Date('2026-01-01') } }],
 * }
 * ```
 */
export type Filter = {
  /** All of these filters hold. Not empty. */
  readonly $and?: readonly Filter[]
  /** At least one of these filters holds. Not empty. */
  readonly $or?: readonly Filter[]
  /** None of these filters holds. Not empty. */
  readonly $nor?: readonly Filter[]
} & { readonly [path: string]: InputValue | RegExp | FilterOperators | readonly Filter[] }

/**
 * Conditions on one field, which must all hold.
 *
 * Where the field is an array, each operator holds if it does for any element or for the whole array.
 */
export interface FilterOperators {
  /** Equal. `null` also finds missing fields. Objects must have the same keys in the same order. */
  readonly $eq?: InputValue
  /** The complement of `$eq`: also true for missing fields, and on arrays only if no element is equal. */
  readonly $ne?: InputValue
  /** Greater than; only values of the operand's own type match. */
  readonly $gt?: InputValue
  /** Greater than or equal; only values of the operand's own type match. */
  readonly $gte?: InputValue
  /** Less than; only values of the operand's own type match. */
  readonly $lt?: InputValue
  /** Less than or equal; only values of the operand's own type match. */
  readonly $lte?: InputValue
  /** Equal to one of these values. An empty list matches nothing. */
  readonly $in?: readonly InputValue[]
  /** The complement of `$in`. An empty list matches everything. */
  readonly $nin?: readonly InputValue[]
  /** Whether the field is there; null counts as there. */
  readonly $exists?: boolean
  /** Text in which the pattern is found; a pattern without flags, at most 512 characters of the portable subset. */
  readonly $regex?: string | RegExp
  /** The complement of these operators taken together: also true for missing fields. */
  readonly $not?: FilterOperators
}

/**
 * In which order: fields or dotted paths with 1 (ascending) or -1 (descending), the most significant first.
 *
 * Write a list of pairs where keys look like integers: JavaScript moves such keys of an object to the front.
 */
export type Sort = { readonly [path: string]: 1 | -1 } | readonly (readonly [path: string, direction: 1 | -1])[]

/**
 * Which fields of a row: a list of the fields to keep, or an object that either keeps (`1`, `true`) or leaves out (`0`,
 * `false`) the fields and dotted paths it names.
 *
 * As in MongoDB an object that keeps fields also keeps `_id` unless it says `_id: 0`; a list keeps what it names.
 */
export type ProjectionInput = readonly string[] | ProjectionFields

/** A projection as an object; a nested object stands for dotted paths. */
export type ProjectionFields = { readonly [path: string]: 0 | 1 | boolean | ProjectionFields }

/**
 * How rows change. Each operator takes an object of paths; no path may be named twice or lead to another.
 *
 * @example
 * ```ts
 * import type { Update } from '@stowage/core'
 *
 * const update: Update = { $set: { status: 'closed', closedAt: new Date() }, $inc: { version: 1 } }
 * ```
 */
export interface Update {
  /** Sets fields; objects on the way to a dotted path are created. */
  readonly $set?: { readonly [path: string]: InputValue }
  /** Removes fields, whatever value is given; an element of an array becomes null. */
  readonly $unset?: { readonly [path: string]: InputValue }
  /** Adds to numbers; a missing field counts as 0. */
  readonly $inc?: { readonly [path: string]: number }
  /** Appends one element to arrays; a missing field becomes an array of it. */
  readonly $push?: { readonly [path: string]: InputValue }
  /** Removes the elements of arrays that are equal, or that the given filter or operators hold for. */
  readonly $pull?: { readonly [path: string]: InputValue | RegExp | FilterOperators | Filter }
}
