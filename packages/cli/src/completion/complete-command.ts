import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exampleText } from '../verb.ts'
import { splitLine } from './split-line.ts'

/** Adds `stowage complete`, which the scripts of the shells ask. It fails quietly: nobody asked for a message. */
export function addComplete(program: Command, context: CommandContext): void {
  program
    .command('complete', { hidden: true })
    .argument('[words...]', 'the command line without the program, behind --; the last word is completed')
    .option('--line <line>', 'the command line as it is typed, with the program')
    .addHelpText('after', exampleText('stowage complete -- table find dev:'))
    .action(async (words: readonly string[], { line }: { readonly line?: string }) => {
      const given = line === undefined ? words : splitLine(line).slice(1)
      const [{ buildProgram }, { candidatesFor }, { addressFinder }] = await Promise.all([
        import('../build-program.ts'),
        import('./candidates.ts'),
        import('./address-candidates.ts'),
      ])
      const whole = await buildProgram(context, given[0])
      const found = await candidatesFor(whole, given, addressFinder(context))
      context.out(found.map(({ text, description }) => `${text}${description && `\t${description}`}\n`).join(''))
    })
}
