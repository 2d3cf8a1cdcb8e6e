import type { CommandContext } from '../command-context.ts'
import { shownText, shownValue } from './shown-text.ts'

/** Prints what is known of one thing: a line for each fact for people, in full, or one JSON document. */
export function printFacts({ out }: Pick<CommandContext, 'out'>, facts: object, isJson: boolean): void {
  if (isJson) return out(`${JSON.stringify(facts)}\n`)
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  const width = Math.max(...known.map(([name]) => name.length))
  out(known.map(([name, value]) => `${shownText(name).padEnd(width)}  ${shownValue(value)}`.trimEnd() + '\n').join(''))
}
