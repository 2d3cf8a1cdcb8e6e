import { type Literal, parse } from 'acorn'
import { expect, test } from 'vitest'
import { ShellGate } from './shell-gate.ts'

function check(text: string, change: (node: Literal) => void = () => {}): ShellGate {
  const program = parse(`(${text})`, { ecmaVersion: 6 })
  change(firstValue(program))
  const gate = new ShellGate({ what: 'filter', text }, 1)
  gate.check(program)
  return gate
}

/** Finds the value of the first key, which the tests make a literal. */
function firstValue(program: unknown): Literal {
  type Shape = { body: [{ expression: { properties: [{ value: Literal }] } }] }
  return (program as Shape).body[0].expression.properties[0].value
}

test('keys are known by where they stand', () => {
  expect(check('{a: 1, "b": {c: 2}}').places.keys).toEqual([
    { piece: 'a', offset: 1 },
    { piece: 'b', offset: 7 },
    { piece: 'c', offset: 13 },
  ])
})

test('a pattern that became null in the tree is not taken for null', () => {
  expect(() => check('{a: /x/}')).not.toThrow()
  expect(() => check('{a: /x/}', (node) => (node.value = null))).toThrow(/pattern is invalid/)
})

test('an object of properties the gate does not know is refused', () => {
  expect(() => check('{a: 1}', (node) => (node.type = 'ChainExpression' as 'Literal'))).toThrow(/nothing runs/)
})
