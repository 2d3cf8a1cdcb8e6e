import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { printWould } from '../output/print-line.ts'
import { UsageError } from '../usage-error.ts'
import { addChange, type ChangeOptions } from '../verb.ts'

const fileName = 'stowage.config.yaml'

/** What a configuration begins with: the embedded backend, and the others to uncomment. */
export const firstConfig = `# Which storages this program opens, by name. The guide: docs/config.md
default: dev
backends:
  # Tables and files in a directory: no account, no server. "like: keboola" keeps that service's limits, also zerodb, abeja, dcss.
  dev:
    adapter: local
    path: ./.stowage

  # lake:
  #   adapter: keboola
  #   url: connection.keboola.com
  #   token: \${KEBOOLA_TOKEN}
  # docs:
  #   adapter: zerodb
  #   apiKey: \${ZERODB_API_KEY}
  #   tier: free
  # cams:
  #   adapter: abeja
  #   organizationId: \${ABEJA_ORGANIZATION_ID}
  #   authToken: \${PLATFORM_AUTH_TOKEN}
  # duck:
  #   adapter: dcss
  #   token: \${DUCKIETOWN_TOKEN}
`

/** Adds `stowage config init`. */
export function addInit(noun: Command, context: CommandContext): void {
  addChange(noun, {
    usage: 'init',
    description: `write a ${fileName} to begin with, here`,
    example: 'stowage config init',
  }).action(async ({ dryRun, json }: ChangeOptions) => {
    const path = join(context.cwd, fileName)
    if (dryRun) return printWould(context, { json }, `write ${path}`)
    // One that is there is never replaced.
    await writeFile(path, firstConfig, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new UsageError(`${path} is there already: change that one`) : error
    })
    context.out(json ? `${JSON.stringify({ file: path })}\n` : `wrote ${path}\n`)
  })
}
