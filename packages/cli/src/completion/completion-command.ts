import { Argument, type Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { completionScript, type Shell, shells } from './completion-script.ts'

/** Adds `stowage completion`. */
export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      '\nExample:\n  $ stowage completion bash > ~/.local/share/bash-completion/completions/stowage\n',
    )
    .action(async (shell: Shell) => {
      const { buildProgram } = await import('../build-program.ts')
      context.out(completionScript(await buildProgram(context, 'all'), shell))
    })
}
