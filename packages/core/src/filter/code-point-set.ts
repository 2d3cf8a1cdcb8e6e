/** A set of code points: pairs of first and last, in order, without overlap or contact. */
export type CodePointSet = readonly (readonly [first: number, last: number])[]

/** The highest code point. */
export const lastCodePoint = 0x10ffff

/** The set of all code points from one character to another. */
export function rangesOf(first: string, last: string = first): CodePointSet {
  return [[first.codePointAt(0) as number, last.codePointAt(0) as number]]
}

/** The set of what is in any of the sets. */
export function unionOf(sets: readonly CodePointSet[]): CodePointSet {
  const ranges = sets.flat().sort(([a], [b]) => a - b)
  const union: [number, number][] = []
  for (const [first, last] of ranges) {
    const before = union.at(-1)
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else union.push([first, last])
  }
  return union
}

/** The set of what is not in a set. */
export function complementOf(set: CodePointSet): CodePointSet {
  const gaps: [number, number][] = []
  let from = 0
  for (const [first, last] of set) {
    if (first > from) gaps.push([from, first - 1])
    from = last + 1
  }
  if (from <= lastCodePoint) gaps.push([from, lastCodePoint])
  return gaps
}

/** Tells whether a code point is in a set. */
export function isInSet(set: CodePointSet, codePoint: number): boolean {
  return set.some(([first, last]) => first <= codePoint && codePoint <= last)
}

/** What `\d` stands for. Classes are ASCII only, on every engine. */
export const digits: CodePointSet = rangesOf('0', '9')
/** What `\w` stands for. */
export const wordCharacters: CodePointSet = unionOf([digits, rangesOf('A', 'Z'), rangesOf('_'), rangesOf('a', 'z')])
/** What `\s` stands for: tab, line feed, vertical tab, form feed, carriage return and space. */
export const spaces: CodePointSet = unionOf([rangesOf('\t', '\r'), rangesOf(' ')])
