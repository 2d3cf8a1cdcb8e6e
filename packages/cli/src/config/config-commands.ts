import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { printFacts } from '../output/print-facts.ts'
import { addNoun, addVerb, type CommonOptions } from '../verb.ts'
import { addInit } from './init-command.ts'

/** Adds `stowage config …`. */
export function addConfig(program: Command, context: CommandContext): void {
  const noun = addNoun(program, 'config')
  addVerb(noun, {
    usage: 'show [backend]',
    description: 'the configuration that is found, or one backend of it, checked and completed; secrets are masked',
    example: 'stowage config show --json',
  }).action(async (backend: string | undefined, options: CommonOptions) => {
    const { file, ...shown } = await load(context, options, backend)
    context.out(
      options.json
        ? `${JSON.stringify({ file, ...shown })}\n`
        : `${JSON.stringify({ file, ...shown }, undefined, 2)}\n`,
    )
  })
  addVerb(noun, {
    usage: 'check [backend]',
    description: 'check the configuration, or one backend of it; opens nothing',
    example: 'stowage config check --config stowage.config.yaml',
  }).action(async (backend: string | undefined, options: CommonOptions) => {
    const { file, backends } = await load(context, options, backend)
    const names = Object.keys(backends)
    if (options.json) return printFacts(context, { file, backends: names, ok: true }, true)
    context.out(`${file ?? 'the configuration'} is right: ${names.join(', ')}\n`)
  })
  addVerb(noun, {
    usage: 'schema',
    description: 'the JSON Schema that editors complete and check configurations with',
    example: 'stowage config schema > stowage.schema.json',
  }).action(async () => {
    const { configSchema } = await import('stowage')
    context.out(`${JSON.stringify(await configSchema(), undefined, 2)}\n`)
  })
  addInit(noun, context)
}

interface ShownConfig {
  readonly file: string | undefined
  readonly default: string | undefined
  readonly backends: Readonly<Record<string, unknown>>
}

async function load(
  { cwd, environment }: CommandContext,
  { config }: CommonOptions,
  backend: string | undefined,
): Promise<ShownConfig> {
  const { loadConfig } = await import('stowage')
  const backends = backend === undefined ? 'all' : [backend.replace(/:$/, '')]
  const found = await loadConfig(config, { cwd, environment, backends })
  return { file: found.file, ...(found.toJSON() as Omit<ShownConfig, 'file'>) }
}
