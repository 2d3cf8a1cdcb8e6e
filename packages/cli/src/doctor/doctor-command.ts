import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { shownText } from '../output/shown-text.ts'
import { UsageError } from '../usage-error.ts'
import { addVerb, type CommonOptions } from '../verb.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'

/** Adds `stowage doctor`. */
export function addDoctor(program: Command, context: CommandContext): void {
  addVerb(program, {
    usage: 'doctor',
    description: 'look at the versions, the configuration and every backend, and say what to do about what is wrong',
    example: 'stowage doctor --config stowage.config.yaml',
  }).action(async ({ config, json }: CommonOptions) => {
    const findings: Finding[] = []
    for await (const finding of examine(context, config)) {
      findings.push(finding)
      if (!json) context.out(lineOf(finding))
    }
    if (json) printFacts(context, { version: context.version, findings }, true)
    const wrong = findings.filter(({ ok }) => !ok)
    if (wrong.length > 0) throw new UsageError(`${wrong.length} of ${findings.length} need attention`)
  })
}

function lineOf({ what, ok, found, remedy }: Finding): string {
  const [first = '', ...others] = found.split('\n').map(shownText)
  const lines = [`${ok ? 'ok  ' : 'FAIL'}  ${shownText(what)}: ${first}`, ...others.map((line) => `      ${line}`)]
  const advice = remedy === undefined ? [] : [`      ${shownText(remedy)}`]
  return [...lines, ...advice].map((line) => `${line}\n`).join('')
}
