import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { NamedBackends } from 'stowage'

/** Where one kind of data goes: a backend by its name, and the bucket in it. */
export interface Place {
  readonly backend: string
  readonly bucket: string
}

/** All that changes when the app moves: which backends there are, and which of them has the rows and which the images. */
export interface AppConfig {
  readonly backends: NamedBackends['backends']
  readonly rows: Place
  readonly images: Place
}

/** Reads a file such as those in `config/`. */
export async function readConfig(path: string): Promise<AppConfig> {
  const module = (await import(pathToFileURL(resolve(path)).href)) as { config?: AppConfig }
  if (module.config === undefined) throw new Error(`${path} exports no \`config\``)
  return module.config
}
