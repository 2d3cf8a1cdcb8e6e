import { RegexAutomaton } from './regex-automaton.ts'
import { compilePlainText, isHarmless, toNativeRegex } from './regex-native.ts'
import { compileProgram } from './regex-program.ts'
import { isAnchored, trimRegex } from './regex-rewrite.ts'
import { parseRegex, type RegexNode } from './regex-syntax.ts'

/**
 * Checks that a pattern is within the portable subset: what every backend reads alike.
 *
 * @param place - how messages name the pattern
 * @throws {@link StorageError} `invalid-argument`
 */
export function checkRegex(pattern: string, place = '$regex'): void {
  compileProgram(parseRegex(pattern, place), place)
}

/**
 * Compiles a pattern to a function that tells whether it is found anywhere in a text.
 *
 * No pattern and no text make it hang: time is linear in the text. `.` is any character but a line feed; `^` and `$`
 * are the ends of the whole text.
 *
 * @throws {@link StorageError} `invalid-argument` for a pattern `checkRegex` refuses
 */
export function compileRegex(pattern: string): (text: string) => boolean {
  const node = trimRegex(parseRegex(pattern, '$regex'))
  return compilePlainText(node) ?? (isHarmless(node) ? compileNative(node) : compileLinear(node))
}

/** Compiles a pattern for V8's engine, which backtracks. */
export function compileNative(node: RegexNode): (text: string) => boolean {
  const regex = toNativeRegex(node)
  return (text) => regex.test(text)
}

/** Compiles a pattern for our own engine, whose time is linear whatever the pattern. */
export function compileLinear(node: RegexNode): (text: string) => boolean {
  const automaton = new RegexAutomaton(compileProgram(node, '$regex'), isAnchored(node))
  return (text) => automaton.isFoundIn(text)
}
