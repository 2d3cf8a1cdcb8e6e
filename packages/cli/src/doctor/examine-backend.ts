import type { ResolvedBackend, Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { type Finding, messageOf } from './finding.ts'

const pingTimeoutMs = 15_000

/** Looks at a backend: its part of the configuration, its package, its credential and whether it answers. */
export async function examineBackend(
  { cwd, environment }: CommandContext,
  config: string | undefined,
  name: string,
): Promise<Finding> {
  const { loadConfig, openStorage } = await import('stowage')
  let backend: ResolvedBackend | undefined
  let storage: Storage | undefined
  try {
    backend = (await loadConfig(config, { cwd, environment, backends: [name] })).backends.get(name)
    storage = await openStorage({ config, backend: name, cwd, environment })
    const startedAt = performance.now()
    await storage.ping({ timeoutMs: pingTimeoutMs })
    const tookMs = Math.round(performance.now() - startedAt)
    return { what: name, ok: true, found: `${storage.backend} answers in ${tookMs} ms`, remedy: undefined }
  } catch (error) {
    return { what: name, ok: false, found: messageOf(error), remedy: remedyFor(error, backend) }
  } finally {
    await storage?.close()
  }
}

const remedies: Readonly<Record<string, string>> = {
  'permission-denied': 'ask for a credential that may do this',
  'not-found': "look at the URL and the names in the backend's options",
  'invalid-argument': "correct the backend's part of the configuration",
  unavailable: 'look at the URL and the network; try again later',
  timeout: 'look at the URL and the network; try again later',
  'rate-limited': 'wait: the credential is in use elsewhere',
  'corrupt-data': 'take back a copy of the data; what is damaged is in the message',
}

function remedyFor(error: unknown, backend: ResolvedBackend | undefined): string {
  const code = String((error as { readonly code?: unknown } | undefined)?.code)
  if (code === 'unauthenticated') return `look at ${credentialsOf(backend)}: it is missing, wrong or expired`
  return remedies[code] ?? 'the message says what is wrong'
}

/** Names the options that hold a backend's credential, and the variables that can. */
function credentialsOf(backend: ResolvedBackend | undefined): string {
  if (backend === undefined || backend.definition.secretOptions.length === 0) return 'the credential'
  const { secretOptions, environment } = backend.definition
  return secretOptions
    .map((option) => (environment[option] === undefined ? option : `${option} (${environment[option]})`))
    .join(' or ')
}
