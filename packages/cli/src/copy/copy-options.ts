import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { CopyMode, CopyVerify } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { type ChangeOptions, countOption, listOption } from '../verb.ts'

/** What every copy may be told, as commander gives it. */
export interface CopyChoice extends ChangeOptions {
  readonly mode: CopyMode
  readonly verify: CopyVerify
  readonly resume?: string
  readonly expect?: string
  readonly allowLossy?: readonly string[]
  readonly concurrency?: number
}

/** The same, as core takes it for plans and copies; what is expected is for copies alone. */
export interface CopyCall {
  readonly mode: CopyMode
  readonly verify: CopyVerify
  readonly journal: string | undefined
  readonly allowLossy: readonly string[] | true | undefined
  readonly concurrency: number | undefined
}

/**
 * Adds the options that copies of tables and of files share.
 *
 * @param lossy - what `--allow-lossy` lists
 */
export function addCopyOptions(verb: Command, lossy: string): Command {
  return verb
    .addOption(
      new Option('--mode <mode>', 'how what is copied meets what is there; append takes what is there for a conflict')
        .choices(['append', 'upsert', 'replace', 'skip-existing'])
        .default('append'),
    )
    .addOption(
      new Option('--verify [how]', 'how the copy is checked; alone it means digest')
        .choices(['counts', 'digest', 'read-back'])
        .default('counts')
        .preset('digest'),
    )
    .option('--resume <journal>', 'keep a journal in this file, and go on from it when the copy was cut short')
    .option('--expect <fingerprint>', 'copy only if nothing has changed since the dry run that gave this')
    .addOption(listOption('--allow-lossy <list>', `which ${lossy} may lose something, * for any (default: none)`))
    .addOption(countOption('--concurrency <number>', 'how much is done at a time', 1))
}

/** Turns the options into those of core. */
export function toCopyCall({ cwd }: CommandContext, choice: CopyChoice): CopyCall {
  const { mode, verify, resume, allowLossy, concurrency } = choice
  return {
    mode,
    verify,
    journal: resume === undefined ? undefined : resolve(cwd, resume),
    allowLossy: allowLossy?.includes('*') === true ? true : allowLossy,
    concurrency,
  }
}
