import { readFile } from 'node:fs/promises'
import { remedyForNode } from '../node-version.ts'
import type { Finding } from './finding.ts'

/** Looks at the version of Node. */
export function examineNode(version: string): Finding {
  const remedy = remedyForNode(version)
  return { what: 'node', ok: remedy === undefined, found: version, remedy }
}

/** Looks at whether the parts of Stowage that are installed belong together. */
export async function examineStowage(version: string): Promise<Finding> {
  const parts = await Promise.all(['stowage', '@stowage/core', '@stowage/gateway'].map(partVersion))
  const others = parts.filter((part) => part.version !== version)
  const found = [`@stowage/cli ${version}`, ...others.map((part) => `${part.name} ${part.version}`)].join(', ')
  const remedy = others.length === 0 ? undefined : `install ${others.map(({ name }) => `${name}@${version}`).join(' ')}`
  return { what: 'stowage', ok: others.length === 0, found, remedy }
}

interface PartVersion {
  readonly name: string
  readonly version: string
}

async function partVersion(name: string): Promise<PartVersion> {
  const manifest = await readFile(new URL(import.meta.resolve(`${name}/package.json`)), 'utf8')
  return { name, version: (JSON.parse(manifest) as { version: string }).version }
}
