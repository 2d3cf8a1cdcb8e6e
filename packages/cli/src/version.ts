import { readFile } from 'node:fs/promises'

/** Reads the version from this package's own package.json, which lies beside `src` and `dist` alike. */
export async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
