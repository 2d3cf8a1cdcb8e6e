import type { ResolvedConfig } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { examineBackend } from './examine-backend.ts'
import { type Finding, messageOf } from './finding.ts'
import { examineNode, examineStowage } from './versions.ts'

/**
 * Looks at everything a program needs: versions, the configuration, and each backend by itself, so that one that is wrong hides
 * nothing of the others.
 */
export async function* examine(context: CommandContext, config: string | undefined): AsyncGenerator<Finding, void> {
  yield examineNode(process.versions.node)
  yield examineStowage(context.version)
  const found = await findConfig(context, config)
  if ('what' in found) return yield found
  yield { what: 'configuration', ok: true, found: outlineOf(found), remedy: undefined }
  for (const name of found.names) yield examineBackend(context, config, name)
}

async function findConfig(
  { cwd, environment }: CommandContext,
  config: string | undefined,
): Promise<ResolvedConfig | Finding> {
  const { loadConfig } = await import('stowage')
  try {
    return await loadConfig(config, { cwd, environment, backends: [] })
  } catch (error) {
    return {
      what: 'configuration',
      ok: false,
      found: messageOf(error),
      remedy: 'correct what it says; "stowage config init" writes one to begin with',
    }
  }
}

function outlineOf({ file, names, defaultName }: ResolvedConfig): string {
  const place = file ?? 'no file'
  return `${place}: ${names.map((name) => (name === defaultName ? `${name} (the default)` : name)).join(', ')}`
}
