import { Argument, type Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { exampleText } from '../verb.ts'
import { completionScript, type Shell, shells } from './completion-script.ts'

/** Adds `stowage completion`. */
export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', exampleText('stowage completion bash > ~/.local/share/bash-completion/completions/stowage'))
    .action((shell: Shell) => context.out(completionScript(shell)))
}
