import { parseExactNumber } from '@stowage/core/driver'
import type { AnyNode, ArrayExpression, Literal, ObjectExpression, Program, Property } from 'acorn'
import { callProblem } from './shell-calls.ts'
import { maxTextDepth, type SourceText, type TextPlaces } from './source-text.ts'
import { duplicateKey, inexactNumber, notAnObject, prototypeKey, quote, textError, tooDeep } from './text-error.ts'

const noCode = 'nothing runs or is calculated here: write the value itself'
const advice: Readonly<Record<string, string>> = {
  TemplateLiteral: 'text stands in quotes, not in backticks',
  TaggedTemplateExpression: 'text stands in quotes, not in backticks',
  SpreadElement: 'nothing can be spread here: write the entries themselves',
}
const nameAdvice: Readonly<Record<string, string>> = {
  undefined: 'undefined is refused, as it would match by accident: write null, or {$exists: false}',
  NaN: 'NaN is not stored by any backend: write a number or null',
  Infinity: 'Infinity is not stored by any backend: write a number, or leave that bound out',
}

/**
 * Lets a syntax tree through only if it consists of objects, lists, text, numbers, true, false, null, patterns and a few named
 * constructors with plain arguments. What is not listed is refused, so that what the parser behind the gate could do besides doesn't matter.
 */
export class ShellGate {
  /** What was seen, in the order of the text. */
  readonly places: TextPlaces = { keys: [], values: [] }
  readonly #source: SourceText
  readonly #shift: number

  /** @param shift - how many characters were put before the text for parsing */
  constructor(source: SourceText, shift: number) {
    this.#source = source
    this.#shift = shift
  }

  /** @throws StorageError `invalid-argument` */
  check(program: Program): void {
    const [statement, ...others] = program.body
    if (statement?.type !== 'ExpressionStatement' || others.length > 0) throw notAnObject(this.#source)
    const root: AnyNode = statement.expression
    if (root.type !== 'ObjectExpression' && (root.type !== 'ArrayExpression' || this.#source.what === 'filter')) {
      throw notAnObject(this.#source)
    }
    this.#value(root, 1)
  }

  #value(node: AnyNode, depth: number): void {
    switch (node.type) {
      case 'ObjectExpression':
        return this.#object(node, depth)
      case 'ArrayExpression':
        return this.#list(node, depth)
      case 'Literal':
        return this.#literal(node)
      case 'UnaryExpression':
        return this.#sign(node.operator, node.argument, node)
      case 'CallExpression':
      case 'NewExpression':
        return this.#refuseIf(callProblem(node), node)
      default:
        throw this.#refused(node)
    }
  }

  #list(node: ArrayExpression, depth: number): void {
    this.#refuseDepth(node, depth)
    for (const element of node.elements) {
      if (element === null)
        throw this.#error(node, 'the list has an empty place: write null, or remove the extra comma')
      this.#value(element, depth + 1)
    }
  }

  #object(node: ObjectExpression, depth: number): void {
    this.#refuseDepth(node, depth)
    const siblings = new Set<string>()
    for (const property of node.properties) {
      if (property.type !== 'Property') throw this.#refused(property)
      const key = this.#key(property)
      const offset = this.#offset(property)
      if (key === '__proto__') throw prototypeKey(this.#source, offset)
      if (siblings.has(key)) throw duplicateKey(this.#source, offset, key)
      siblings.add(key)
      this.places.keys.push({ piece: key, offset })
      this.#value(property.value, depth + 1)
    }
  }

  #key({ key, computed, method, kind, shorthand }: Property): string {
    if (computed) throw this.#error(key, 'a key is not calculated: write it without brackets')
    if (method || kind !== 'init') throw this.#error(key, `functions are refused: ${noCode}`)
    if (shorthand) throw this.#error(key, 'the key has no value: write one, as in {a: 1}')
    if (key.type === 'Identifier') return key.name
    if (key.type === 'Literal' && typeof key.value === 'string') return key.value
    throw this.#error(key, 'a key that is a number stands in quotes')
  }

  #literal(node: Literal): void {
    if (typeof node.value === 'number') this.#number(node)
    const piece = node.regex === undefined ? node.value : node.regex.pattern
    if (typeof piece === 'string') this.places.values.push({ piece, offset: this.#offset(node) })
    if (node.regex === undefined) return
    if (node.regex.flags !== '') {
      throw this.#error(node, 'a pattern takes no flags: write a class such as [Aa] instead of the flag i')
    }
    // The parser gives null for a pattern that V8 refuses, and null would be taken for the value.
    if (!(node.value instanceof RegExp)) throw this.#error(node, 'the pattern is invalid: simplify it')
  }

  #number(node: Literal): void {
    const raw = node.raw ?? ''
    if (/^0\w/.test(raw) && !/^0e/i.test(raw))
      throw this.#error(node, 'write the number in decimal, without a leading 0')
    if (parseExactNumber(raw) === undefined) throw inexactNumber(this.#source, this.#offset(node), raw)
  }

  #sign(operator: string, argument: AnyNode, node: AnyNode): void {
    const isNumber = argument.type === 'Literal' && typeof argument.value === 'number'
    const isSign = operator === '-' || operator === '+'
    if (isSign && isNumber) return this.#number(argument)
    throw isSign && argument.type === 'Identifier' ? this.#refused(argument) : this.#refused(node)
  }

  #refused(node: AnyNode): Error {
    if (node.type !== 'Identifier') return this.#error(node, advice[node.type] ?? noCode)
    const named = Object.hasOwn(nameAdvice, node.name) ? nameAdvice[node.name] : undefined
    return this.#error(node, named ?? `the word ${quote(node.name)} is not known here: text stands in quotes`)
  }

  #refuseDepth(node: AnyNode, depth: number): void {
    if (depth > maxTextDepth) throw tooDeep(this.#source, this.#offset(node))
  }

  #refuseIf(problem: string | undefined, node: AnyNode): void {
    if (problem !== undefined) throw this.#error(node, problem)
  }

  #error(node: AnyNode, problem: string): Error {
    return textError(this.#source, this.#offset(node), problem)
  }

  #offset(node: AnyNode): number {
    return Math.max(0, node.start - this.#shift)
  }
}
