import type { AnyAdapter } from './option-schema.ts'

/** Loads the adapter that comes with this package. The literal import lets bundlers see it. */
export const bundledAdapters: ReadonlyMap<string, () => Promise<Readonly<Record<string, unknown>>>> = new Map([
  ['local', async () => import('@stowage/adapter-local')],
])

/** Packages of the adapters an app installs when it uses them, by the name used in config. */
export const adapterPackages: ReadonlyMap<string, string> = new Map([
  ['local', '@stowage/adapter-local'],
  ['keboola', '@stowage/adapter-keboola'],
  ['zerodb', '@stowage/adapter-zerodb'],
  ['abeja', '@stowage/adapter-abeja'],
  ['dcss', '@stowage/adapter-dcss'],
])

const registered = new Map<string, AnyAdapter>()

/**
 * Makes an adapter known by its name in this process, so that config can name it without it being loaded from a package.
 *
 * For bundled programs, where nothing can be imported by name. A later registration of the same name replaces the
 * earlier one; backends that are open keep theirs.
 *
 * @example
 * ```ts
 * import { adapter } from '@stowage/adapter-local'
 * import { registerAdapter } from 'stowage'
 *
 * registerAdapter(adapter)
 * ```
 *
 * @param definition - what the adapter's package exports as `adapter`
 */
export function registerAdapter(definition: AnyAdapter): void {
  registered.set(definition.name, definition)
}

/** Gives the adapter registered under a name. */
export function registeredAdapter(name: string): AnyAdapter | undefined {
  return registered.get(name)
}
