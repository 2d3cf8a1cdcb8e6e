import type { ResolvedConfig, Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at: `node`, `configuration`, or the name of a backend. */
  readonly what: string
  /** Whether it is as it should be. */
  readonly ok: boolean
  /** What was found. */
  readonly found: string
  /** What to do; undefined where all is well. */
  readonly remedy: string | undefined
}

const leastNode = [22, 18] as const

/** Looks at everything a program needs: Node, the configuration, and each backend's package, credentials and reachability. */
export async function* examine(context: CommandContext, config: string | undefined): AsyncGenerator<Finding, void> {
  yield examineNode(process.versions.node)
  const found = await findConfig(context, config)
  if ('what' in found) return yield found
  const names = [...found.backends.keys()]
  yield { what: 'configuration', ok: true, found: `${found.file ?? 'no file'}: ${names.join(', ')}`, remedy: undefined }
  for (const name of names) yield examineBackend(context, config, name)
}

/** Tells whether a version of Node will do. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const ok = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
  const remedy = ok ? undefined : `install Node ${leastNode.join('.')} or newer`
  return { what: 'node', ok, found: version, remedy }
}

async function findConfig(
  { cwd, environment }: CommandContext,
  config: string | undefined,
): Promise<ResolvedConfig | Finding> {
  const { loadConfig } = await import('stowage')
  try {
    return await loadConfig(config, { cwd, environment })
  } catch (error) {
    return {
      what: 'configuration',
      ok: false,
      found: messageOf(error),
      remedy: 'correct what it says; "stowage config init" writes one to begin with',
    }
  }
}

async function examineBackend(
  { cwd, environment }: CommandContext,
  config: string | undefined,
  name: string,
): Promise<Finding> {
  const { openStorage } = await import('stowage')
  let storage: Storage | undefined
  try {
    storage = await openStorage({ config, backend: name, cwd, environment })
    const startedAt = performance.now()
    await storage.ping({ timeoutMs: 15_000 })
    const tookMs = Math.round(performance.now() - startedAt)
    return { what: name, ok: true, found: `${storage.backend} answers in ${tookMs} ms`, remedy: undefined }
  } catch (error) {
    return { what: name, ok: false, found: messageOf(error), remedy: remedyOf(error) }
  } finally {
    await storage?.close()
  }
}

const remedies: Readonly<Record<string, string>> = {
  unauthenticated: 'look at the credential: it is missing, wrong or expired',
  'permission-denied': 'ask for a credential that may do this',
  'not-found': "look at the URL and the names in the backend's options",
  'invalid-argument': "correct the backend's options",
  unavailable: 'look at the URL and the network; try again later',
  timeout: 'look at the URL and the network; try again later',
  'rate-limited': 'wait: the credential is in use elsewhere',
}

function remedyOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  return remedies[String(code)] ?? 'the message says what is wrong'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
