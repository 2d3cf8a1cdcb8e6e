import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { Manifest, WorkspacePackage } from './workspace.ts'

/** Says what a packed tarball holds that it must not, and lacks that it must have. */
export async function findTarballFaults(tarball: string, { manifest }: WorkspacePackage): Promise<string[]> {
  const files = readTar(gunzipSync(await readFile(tarball)))
  const names = [...files.keys()].map((name) => name.replace(/^package\//, ''))
  const packed = JSON.parse((files.get('package/package.json') ?? Buffer.from('{}')).toString('utf8')) as Manifest
  return [
    ...[...entryFiles(packed), 'README.md', 'LICENSE']
      .filter((name) => !names.includes(name))
      .map((name) => `lacks ${name}`),
    ...names
      .filter((name) => /\.test\.|\.tsbuildinfo$|(^|\/)test[-/]/.test(name))
      .map((name) => `must not hold ${name}: exclude it, or delete an old dist folder`),
    ...unpublishable(packed).map((range) => `depends on ${range}, which only the workspace understands`),
    ...(packed.name === manifest.name ? [] : ['is not the package it should be']),
  ]
}

/** Reads the plain files of a ustar archive: enough for what pnpm packs, whose names are short. */
function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= archive.length;) {
    const text = (from: number, length: number): string =>
      archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    if (text(0, 100) === '') break
    const size = Number.parseInt(text(124, 12).trim(), 8)
    const prefix = text(345, 155)
    const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
    files.set(name, archive.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

function entryFiles(manifest: Manifest): string[] {
  const targets = [...Object.values(manifest.exports), ...Object.values(manifest.bin ?? {})]
  return targets
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target as Record<string, string>)))
    .map((file) => file.replace(/^\.\//, ''))
}

function unpublishable(manifest: Manifest): string[] {
  return Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
    .filter(([, range]) => /^(catalog|workspace|link|file):/.test(range))
    .map(([name, range]) => `${name}@${range}`)
}
