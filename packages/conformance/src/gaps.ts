import type { Check } from './check.ts'

/** Why a backend has a gap: to be closed by us, to be closed by the service, or for good. */
export type GapKind = 'todo' | 'upstream' | 'never'

/** A gap of a backend, admitted. */
export interface Gap {
  /** Why it is there: `todo` waits for the adapter, `upstream` for the service, `never` stays. */
  readonly kind: GapKind
  /** The reason, in a sentence. */
  readonly reason: string
}

/**
 * Gaps by what they cover: a check (`files/range-middle`), checks (`files/*`), or a capability or promise that the backend
 * lacks (`files.range`, `files.*`, `semantics.keepsNulls`), which covers all checks that need it.
 */
export type Gaps = Readonly<Record<string, Gap>>

/** The gap that says why a capability or promise is lacking; undefined where none does. */
export function gapOfNeed(gaps: Gaps, need: string): Gap | undefined {
  const key = mostParticular(Object.keys(gaps).filter((pattern) => !pattern.includes('/') && matches(pattern, need)))
  return key === undefined ? undefined : gaps[key]
}

/** The gap that covers a check, with the key it is listed under; the most particular one where several do. */
export function findGap(
  gaps: Gaps,
  one: Check,
  unmet: readonly string[],
): (Gap & { readonly key: string }) | undefined {
  const covering = Object.keys(gaps).filter((key) =>
    key.includes('/') ? matches(key, one.id) : unmet.some((need) => matches(key, need)),
  )
  const key = mostParticular(covering)
  const gap = key === undefined ? undefined : gaps[key]
  return key === undefined || gap === undefined ? undefined : { ...gap, key }
}

/** Gives the keys of gaps that cover nothing: misspelt, or left over. */
export function idleGaps(gaps: Gaps, used: ReadonlySet<string>): string[] {
  return Object.keys(gaps).filter((key) => !used.has(key))
}

function mostParticular(keys: readonly string[]): string | undefined {
  return keys.toSorted((a, b) => Number(a.includes('*')) - Number(b.includes('*')) || b.length - a.length)[0]
}

function matches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
