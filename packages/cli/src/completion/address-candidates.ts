import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ResolvedConfig, Storage } from 'stowage'
import type { CommandContext } from '../command-context.ts'
import { firstNames } from '../first-names.ts'
import type { Candidate, FindAddresses } from './candidates.ts'

/** What a word is the address of. */
export type AddressKind = 'backend' | 'backend name' | 'bucket' | 'table' | 'file'

// Whoever waits for the Tab key waits no longer.
const listing = { timeoutMs: 2000 } as const

/** Makes a finder of addresses. What can't be found out, for whatever reason, gives no candidates. */
export function addressFinder(context: CommandContext): FindAddresses {
  return async (kind, word, config) => {
    try {
      return await addressesFor(context, kind, word, config)
    } catch {
      return []
    }
  }
}

async function addressesFor(
  context: CommandContext,
  kind: AddressKind,
  word: string,
  config: string | undefined,
): Promise<Candidate[]> {
  if (kind === 'backend name' || kind === 'backend') {
    const { names } = await load(context, config, [])
    return names.map((name) => candidate(kind === 'backend' ? `${name}:` : name))
  }
  const colon = word.indexOf(':')
  const isNamed = colon >= 0 && !word.slice(0, colon).includes('/')
  const start = isNamed ? word.slice(0, colon + 1) : ''
  const backends = isNamed || word.includes('/') ? [] : await namedBackends(context, config)
  const found = await inBackend(context, { config, backend: start.slice(0, -1) || undefined }, (storage) =>
    namesBelow(storage, kind, word.slice(start.length)),
  ).catch(() => [])
  return [...backends, ...found.map((name) => candidate(start + name))]
}

function candidate(text: string): Candidate {
  return { text, description: '' }
}

function load(
  { cwd, environment }: CommandContext,
  config: string | undefined,
  backends: readonly string[] | 'default',
): Promise<ResolvedConfig> {
  return import('stowage').then(({ loadConfig }) => loadConfig(config, { cwd, environment, backends }))
}

/** Backends as addresses begin with them, where there are several to choose from. */
async function namedBackends(context: CommandContext, config: string | undefined): Promise<Candidate[]> {
  const { names } = await load(context, config, [])
  return names.length < 2 ? [] : names.map((name) => candidate(`${name}:`))
}

interface BackendChoice {
  readonly config: string | undefined
  readonly backend: string | undefined
}

async function inBackend(
  context: CommandContext,
  { config, backend }: BackendChoice,
  work: (storage: Storage) => Promise<string[]>,
): Promise<string[]> {
  const resolved = await load(context, config, backend === undefined ? 'default' : [backend])
  const [only] = [...resolved.backends.values()]
  if (only === undefined || !(await isThere(only, context.cwd))) return []
  const { openStorage } = await import('stowage')
  const { cwd, environment } = context
  const storage = await openStorage({ config, backend, cwd, environment })
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

// Opening the embedded backend would make its directory: nobody asks for that with the Tab key.
async function isThere(
  { adapter, options }: { readonly adapter: string; readonly options: unknown },
  cwd: string,
): Promise<boolean> {
  const { path = '.stowage', memory } = options as { readonly path?: string; readonly memory?: boolean }
  if (adapter !== 'local' || memory === true) return true
  return access(resolve(cwd, path)).then(
    () => true,
    () => false,
  )
}

async function namesBelow(storage: Storage, kind: AddressKind, word: string): Promise<string[]> {
  const slash = word.indexOf('/')
  if (slash < 0) {
    const buckets = await firstNames(storage.buckets({ ...listing, prefix: word }), ({ name }) => name)
    return kind === 'bucket' ? buckets : buckets.map((name) => `${name}/`)
  }
  const bucket = storage.bucket(word.slice(0, slash))
  const rest = word.slice(slash + 1)
  const names =
    kind === 'table'
      ? await firstNames(bucket.tables(listing), ({ name }) => name)
      : await firstNames(bucket.files({ ...listing, prefix: rest, delimiter: '/' }), (entry) =>
          entry.kind === 'file' ? entry.file.key : entry.prefix,
        )
  return names.map((name) => `${word.slice(0, slash + 1)}${name}`)
}
