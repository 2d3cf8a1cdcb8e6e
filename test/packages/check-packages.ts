/**
 * Packs every package as it would be published and lints the tarballs: `pnpm check:packages`, after `pnpm build`.
 *
 * publint checks the manifest against the files, attw how TypeScript resolves the entries. What a tarball must hold and
 * must not is checked here.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findTarballFaults } from './tarball-rules.ts'
import { root, type WorkspacePackage, workspacePackages } from './workspace.ts'

const run = promisify(execFile)
const bin = (name: string): string => join(root, 'node_modules', '.bin', name)

async function pack(one: WorkspacePackage, folder: string): Promise<string> {
  if (!existsSync(join(one.path, 'dist'))) throw new Error('there is no dist folder: run `pnpm build` first')
  const target = join(folder, one.folder)
  await run('pnpm', ['pack', '--pack-destination', target], { cwd: one.path })
  const [tarball] = (await readdir(target)).filter((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('pnpm pack made no tarball')
  return join(target, tarball)
}

async function checkPackage(one: WorkspacePackage, folder: string): Promise<string[]> {
  const tarball = await pack(one, folder)
  const hasTypes = Object.keys(one.manifest.exports).some((name) => !name.endsWith('.json'))
  const results = await Promise.all([
    findTarballFaults(tarball, one),
    findToolFaults('publint', ['run', tarball, '--strict']),
    // A package with only a command has no entry whose types could be resolved.
    hasTypes ? findToolFaults('attw', [tarball, '--profile', 'esm-only', '--no-emoji']) : [],
  ])
  return results.flat()
}

async function findToolFaults(tool: string, args: string[]): Promise<string[]> {
  try {
    await run(bin(tool), args, { cwd: root, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } })
    return []
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string }
    return [`${tool}: ${`${stdout}\n${stderr}`.trim() || message}`]
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-packages-'))
  let faults = 0
  try {
    for (const one of workspacePackages()) {
      const found = await checkPackage(one, folder).catch((error: unknown) => [String(error)])
      faults += found.length
      console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${one.manifest.name}`)
      for (const fault of found) console.log(fault.replace(/^/gm, '       '))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.log(faults === 0 ? 'packages: ok' : `packages: ${faults} faults`)
  process.exitCode = faults === 0 ? 0 : 1
}

await main()
