import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { withStorage } from '../open-address.ts'
import { printFacts } from '../output/print-facts.ts'
import { textTable } from '../output/text-table.ts'
import { addVerb, type CommonOptions } from '../verb.ts'

/** Adds `stowage capabilities`. */
export function addCapabilities(program: Command, context: CommandContext): void {
  addVerb(program, {
    usage: 'capabilities [backend]',
    description: 'what a backend can do: natively, emulated, or not',
    example: 'stowage capabilities lake --json',
  }).action((backend: string | undefined, options: CommonOptions) =>
    withStorage(context, options, { backend: backend?.replace(/:$/, '') }, async (storage) => {
      const { capabilities } = storage
      if (options.json) return printFacts(context, { backend: storage.backend, ...capabilities }, true)
      const { capabilityNames } = await import('stowage')
      const lines = capabilityNames.map((name) => {
        const support = capabilities.operations[name]
        if (support === undefined) return [name, 'absent', '']
        return support.kind === 'native' ? [name, 'native', ''] : [name, `emulated, ${support.cost}`, support.how]
      })
      context.out(textTable([['CAPABILITY', storage.backend.toUpperCase(), ''], ...lines]))
      printFacts(context, { ...capabilities.limits, ...capabilities.semantics }, false)
    }),
  )
}
