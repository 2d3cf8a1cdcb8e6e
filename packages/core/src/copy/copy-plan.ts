import type { Transfer } from '../transfer/transfer.ts'

/**
 * What happens to what the target has already.
 *
 * - `append`: only new things are written; something that is there already is a conflict
 * - `upsert`: what has the same key is replaced, the rest stays
 * - `replace`: afterwards the target holds exactly what the source does
 * - `skip-existing`: what is there under the same key stays as it is
 */
export type CopyMode = 'append' | 'upsert' | 'replace' | 'skip-existing'

/**
 * How a copy is checked.
 *
 * - `counts`: numbers, sizes and whatever checksums the backends keep
 * - `digest`: besides, a digest of what was read is compared with one of what was sent
 * - `read-back`: besides, the target is read again and compared
 */
export type CopyVerify = 'counts' | 'digest' | 'read-back'

/** What becomes of a column, or of what is set on a file, on its way to a target that keeps it in another way. */
export interface Cast {
  /** The column; for files the attribute: `contentType`, `metadata`, `tags` or `expiresAt`. */
  readonly column: string
  /** What it is at the source. */
  readonly from: string
  /** What it becomes at the target. */
  readonly to: string
  /** `exact` changes nothing; `checked` is exact for values that fit and fails at the first that doesn't; `lossy` loses something. */
  readonly kind: 'exact' | 'checked' | 'lossy'
  /** One line for people: what is lost, or checked. */
  readonly why: string
}

/**
 * What a copy would do, before it does anything. All but `apply` is plain data.
 *
 * @typeParam Result - what the copy comes to
 */
export interface CopyPlan<Result = unknown> {
  /** What is copied. */
  readonly kind: 'table' | 'files'
  /** The source, for people: backend and address. */
  readonly source: string
  /** The target, for people. */
  readonly target: string
  /** What happens to what the target has already. */
  readonly mode: CopyMode
  /** About how many requests it takes; undefined where nobody knows. */
  readonly requests: number | undefined
  /** How many rows are copied, for tables; undefined for files, or where nobody knows. */
  readonly rows: number | undefined
  /** How many files are copied; undefined for tables. */
  readonly files: number | undefined
  /** About how many bytes are moved; undefined where nobody knows. */
  readonly bytes: number | undefined
  /** About how long it takes at least under the limits that are known, in seconds; undefined where none is. */
  readonly seconds: number | undefined
  /** What becomes of columns or attributes that the target keeps in another way. */
  readonly casts: readonly Cast[]
  /** What is lost at the target, one line each; empty when nothing is. */
  readonly destructive: readonly string[]
  /** Why it can't be applied, one line each; empty when it can. */
  readonly problems: readonly string[]
  /** Tells whether source, target or options have changed since: give it as `expect` to the copy. */
  readonly fingerprint: string
  /**
   * Starts the copy. It fails with `conflict` if source or target changed since, and with `unsupported` or `invalid-argument` while there
   * are problems.
   */
  readonly apply: () => Transfer<Result>
}
