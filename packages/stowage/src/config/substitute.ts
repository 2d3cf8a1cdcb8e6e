import { type KeyPath, writePath } from './problem.ts'

/** What substitution needs. */
export interface SubstitutionContext {
  /** Where variables are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Called for each problem, with the path it is at. */
  readonly report: (path: KeyPath, text: string) => void
}

/** A value with its variables filled in. */
export interface Substituted {
  /** The copy. */
  readonly value: unknown
  /** The paths (as {@link writePath} gives them) whose text is one variable and nothing else: it may mean a number or a flag. */
  readonly wholeVariables: ReadonlySet<string>
}

// `$${` is an escape; then a variable, with a default or without; then a `${` that is neither.
const variablePattern = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g
const wholeVariablePattern = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/
const deepest = 64

/**
 * Copies a configuration value with `${VAR}` and `${VAR:-default}` filled in; `$${` writes `${`.
 *
 * A default counts when the variable is unset or empty. What comes out of a variable is not looked at again. Anything
 * but plain objects, arrays and text is taken over as it is.
 */
export function substitute(value: unknown, path: KeyPath, context: SubstitutionContext): Substituted {
  const wholeVariables = new Set<string>()
  const copy = copyValue(value, path, { ...context, wholeVariables, ancestors: new Set() })
  return { value: copy, wholeVariables }
}

interface CopyState extends SubstitutionContext {
  readonly wholeVariables: Set<string>
  readonly ancestors: Set<object>
}

function copyValue(value: unknown, path: KeyPath, state: CopyState): unknown {
  if (typeof value === 'string') {
    if (wholeVariablePattern.test(value)) state.wholeVariables.add(writePath(path))
    return substituteText(value, path, state)
  }
  if (!isContainer(value)) return value
  if (state.ancestors.has(value)) {
    state.report(path, 'refers back to what contains it; write the values out')
    return undefined
  }
  if (path.length > deepest) {
    state.report(path, `is nested more than ${deepest} levels deep`)
    return undefined
  }
  state.ancestors.add(value)
  const copy = copyMembers(value, path, state)
  state.ancestors.delete(value)
  return copy
}

function copyMembers(value: object, path: KeyPath, state: CopyState): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, index) => copyValue(item, [...path, index], state))
  const members = Object.entries(value).map(([key, member]) => [key, copyValue(member, [...path, key], state)] as const)
  return Object.fromEntries(members)
}

/** Tells whether a value is a plain object or array: what a configuration is built from. */
export function isContainer(value: unknown): value is object {
  return Array.isArray(value) || isPlainObject(value)
}

/** Tells whether a value is an object without a class of its own. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object made in another realm (a `vm` context, a test runner) has that realm's Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function substituteText(text: string, path: KeyPath, { environment, report }: SubstitutionContext): string {
  return text.replace(variablePattern, (match, name?: string, fallback?: string) => {
    if (match === '$${') return '${'
    if (name === undefined) {
      report(
        path,
        'holds an unfinished "${"; write "${NAME}" or "${NAME:-default}", or "$${" for the characters themselves',
      )
      return ''
    }
    const value = environment[name]
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
    if (value === undefined) {
      report(path, `the environment variable ${name} is not set; set it, or give a default with "\${${name}:-default}"`)
      return ''
    }
    return value
  })
}

/** Gives the names of all variables a configuration value mentions. */
export function variablesIn(value: unknown, seen: Set<object> = new Set()): readonly string[] {
  if (typeof value === 'string') return [...value.matchAll(variablePattern)].flatMap(([, name]) => name ?? [])
  if (!isContainer(value) || seen.has(value)) return []
  seen.add(value)
  return Object.values(value).flatMap((member) => variablesIn(member, seen))
}
