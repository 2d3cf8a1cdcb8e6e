import { parseExactNumber } from '@stowage/core/driver'
import type { AnyNode, CallExpression, Literal, NewExpression } from 'acorn'
import { instantProblem, isStorableInstant } from './instant-text.ts'
import { quote } from './text-error.ts'

type Argument = string | number

/** Says what is wrong with the argument of a constructor; undefined when nothing is. */
type ArgumentCheck = (argument: Argument, isNew: boolean) => string | undefined

const names = 'ObjectId, ISODate, new Date, UUID, NumberInt, NumberLong, RegExp'

const checks: Readonly<Record<string, ArgumentCheck>> = {
  ObjectId: objectIdProblem,
  ObjectID: objectIdProblem,
  ISODate: (argument) => (typeof argument === 'string' ? instantProblem(argument, 'utc') : 'ISODate takes text'),
  Date: dateProblem,
  UUID: (argument) =>
    isUuid(argument) ? undefined : 'UUID takes 32 hexadecimal digits as text, with or without dashes',
  NumberInt: (argument) => integerProblem('NumberInt', argument, 2 ** 31 - 1),
  NumberLong: (argument) => integerProblem('NumberLong', argument, Number.MAX_SAFE_INTEGER),
  RegExp: patternProblem,
}

// Known to the shell; refused with more than "not known".
const remedies: Readonly<Record<string, string>> = {
  NumberDecimal: 'JSON has no decimals of that precision: write a number, or text if the field holds text',
  Decimal128: 'JSON has no decimals of that precision: write a number, or text if the field holds text',
  BinData: 'JSON has no bytes: write the text that is stored',
}

/**
 * Checks a call in a syntax tree against the constructors that are understood, each of which takes one piece of text or one number that is
 * valid for it: what gets past can't fail, can't be random and doesn't depend on clock or time zone.
 *
 * @returns what is wrong and what to write instead; undefined when nothing is
 */
export function callProblem({ type, callee, arguments: args }: CallExpression | NewExpression): string | undefined {
  if (callee.type !== 'Identifier') return 'nothing runs or is calculated here: write the value itself'
  const { name } = callee
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined
  if (check === undefined) return unknownName(name)
  const [argument, ...others] = args.map(argumentOf)
  const isEmptyFlags = name === 'RegExp' && others.length === 1 && others[0] === ''
  if (argument === undefined || (others.length > 0 && !isEmptyFlags)) {
    return name === 'RegExp'
      ? 'RegExp takes one pattern as text, without flags'
      : `${name} takes exactly one text or number: nothing is made up here`
  }
  return check(argument, type === 'NewExpression')
}

function unknownName(name: string): string {
  const remedy = Object.hasOwn(remedies, name) ? remedies[name] : undefined
  return remedy ?? `${quote(name)} is not understood here: write the value as text or number; there are ${names}`
}

/** Gives a plain argument; undefined for anything that would have to be worked out. */
function argumentOf(node: AnyNode): Argument | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : numberOf(node)
  if (node.type !== 'UnaryExpression' || node.operator !== '-' || node.argument.type !== 'Literal') return undefined
  const size = numberOf(node.argument)
  return size === undefined ? undefined : -size
}

/** Gives a number as it is written: not one that was rounded, nor one in hexadecimal or with a leading 0. */
function numberOf({ value, raw = '' }: Literal): number | undefined {
  return typeof value === 'number' && parseExactNumber(raw) === value ? value : undefined
}

function objectIdProblem(argument: Argument): string | undefined {
  const isId = typeof argument === 'string' && /^[0-9a-f]{24}$/i.test(argument)
  return isId ? undefined : 'ObjectId takes 24 hexadecimal digits as text'
}

function isUuid(argument: Argument): boolean {
  return typeof argument === 'string' && /^[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}$/i.test(argument)
}

function dateProblem(argument: Argument, isNew: boolean): string | undefined {
  if (!isNew) return 'Date(…) gives the current time as text: write new Date(…) or ISODate(…)'
  if (typeof argument === 'string') return instantProblem(argument, 'named')
  const isInstant = Number.isInteger(argument) && isStorableInstant(argument)
  return isInstant ? undefined : 'new Date takes ISO 8601 text, or whole milliseconds within the years 0000 to 9999'
}

function integerProblem(name: string, argument: Argument, max: number): string | undefined {
  const isInteger = typeof argument === 'number' || /^[+-]?\d{1,20}$/.test(argument)
  const value = Number(argument)
  if (isInteger && Number.isInteger(value) && Math.abs(value) <= max) return undefined
  return `${name} takes a whole number between -${max} and ${max}: write text if the field holds longer numbers as text`
}

function patternProblem(argument: Argument): string | undefined {
  if (typeof argument !== 'string') return 'RegExp takes one pattern as text, without flags'
  try {
    // Built anew by the parser; core decides which patterns filters understand.
    RegExp(argument)
  } catch {
    return 'the pattern is invalid: simplify it'
  }
  return undefined
}
