import { invalidArgument } from '../errors/storage-error.ts'
import { checkPath, pathsOverlap, quote } from './field-path.ts'
import { entriesOf, isPlainObject } from './parsed-value.ts'
import type { Projection } from './tree.ts'

const example = '{"a": 1}, {"a": 0} or ["a", "b"]'
const maxDepth = 100

interface Choice {
  readonly path: string
  readonly isKept: boolean
}

/**
 * Checks a projection.
 *
 * As an object it follows MongoDB: what includes fields also includes `_id`, unless it says `_id: 0`. As a list it
 * includes what it names and nothing else.
 *
 * @param input - see `ProjectionInput`
 * @returns undefined when every field is kept: for undefined and `{}`
 * @throws {@link StorageError} `invalid-argument`
 */
export function parseProjection(input: unknown): Projection | undefined {
  if (input === undefined) return undefined
  if (Array.isArray(input)) return parseNames(input)
  const choices = flatten(input, '', 0)
  if (choices.length === 0) return undefined
  const others = choices.filter(({ path }) => path !== '_id')
  const isInclude = (others[0] ?? choices[0])?.isKept === true
  const stray = others.find(({ isKept }) => isKept !== isInclude)
  if (stray !== undefined) throw mixed(stray.path)
  return isInclude ? include(choices, others) : exclude(choices)
}

function parseNames(input: readonly unknown[]): Projection {
  const paths = Array.from(input, (path: unknown) => {
    if (typeof path !== 'string') throw invalidArgument(`projection: a list holds paths as text, as in ${example}`)
    return path
  })
  if (paths.length === 0) {
    throw invalidArgument('projection: the list is empty: name a field, or leave the projection out to get all')
  }
  return checked({ kind: 'include', paths })
}

function include(choices: readonly Choice[], others: readonly Choice[]): Projection {
  const paths = others.map(({ path }) => path)
  const isIdKept = choices.every(({ path, isKept }) => path !== '_id' || isKept)
  // "_id.x" chooses within the id, which then isn't kept whole.
  const isIdNamed = paths.some((path) => pathsOverlap(path, '_id'))
  return checked({ kind: 'include', paths: isIdKept && !isIdNamed ? ['_id', ...paths] : paths })
}

function exclude(choices: readonly Choice[]): Projection | undefined {
  const paths = choices.filter(({ isKept }) => !isKept).map(({ path }) => path)
  return paths.length === 0 ? undefined : checked({ kind: 'exclude', paths })
}

/** A nested object stands for dotted paths: `{b: {c: 1}}` is `{"b.c": 1}`. */
function flatten(input: unknown, prefix: string, depth: number): Choice[] {
  if (depth > maxDepth) throw invalidArgument(`projection is nested deeper than ${maxDepth} levels: flatten it`)
  return entriesOf(input, 'projection', example).flatMap(([key, value]) => {
    const path = prefix + key
    if (value === 1 || value === true) return [{ path, isKept: true }]
    if (value === 0 || value === false) return [{ path, isKept: false }]
    if (isPlainObject(value) && Object.keys(value).length > 0) return flatten(value, `${path}.`, depth + 1)
    throw invalidArgument(`projection: ${quote(path)} must be 1 or true (keep), or 0 or false (leave out)`, { path })
  })
}

function checked(projection: Projection): Projection {
  const paths = [...projection.paths].sort()
  for (const path of paths) checkPath(path, 'projection')
  const named = new Set<string>()
  for (const path of paths) {
    const clash = prefixesOf(path).find((prefix) => named.has(prefix))
    if (clash !== undefined) throw overlap(clash, path)
    named.add(path)
  }
  return projection
}

/** Gives the path itself and every path that leads to it. */
function prefixesOf(path: string): string[] {
  const parts = path.split('.')
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
}

function overlap(first: string, second: string): Error {
  const problem = first === second ? `${quote(first)} is named twice` : `${quote(second)} lies inside ${quote(first)}`
  return invalidArgument(`projection: ${problem}: name one of them`, { path: second })
}

function mixed(path: string): Error {
  return invalidArgument(
    `projection: ${quote(path)} mixes keeping and leaving out: use only 1, or only 0 (\`_id\` may be 0 beside fields with 1)`,
    { path },
  )
}
