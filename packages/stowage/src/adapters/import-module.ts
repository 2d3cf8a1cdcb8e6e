import { registerHooks } from 'node:module'

/**
 * Imports a module whose name is known only now.
 *
 * In the built package the compiler passes the name through a function that turns `./x.ts` into `./x.js`; a URL goes
 * through it unchanged, which is why this takes nothing else.
 *
 * @param url - a `file:` URL
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>
}

/**
 * Resolves a package's name as an import in a file of another directory would.
 *
 * `import.meta.resolve` only knows this package's own neighbours, and `require.resolve` refuses packages that have
 * nothing but an `import` entry; the hook lends the one the other's place.
 *
 * @param specifier - a package's name, with a subpath or without
 * @param parentUrl - the file: URL to resolve from
 * @returns a file: URL
 */
export function resolveFrom(specifier: string, parentUrl: string): string {
  const hooks = registerHooks({
    resolve: (name, context, next) => next(name, name === specifier ? { ...context, parentURL: parentUrl } : context),
  })
  try {
    return import.meta.resolve(specifier)
  } finally {
    hooks.deregister()
  }
}
