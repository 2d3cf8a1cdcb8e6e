import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type OutputOptions, rolldown, type RolldownOptions } from 'rolldown'
import ts from 'typescript'
import { filesMatching, type Manifest, readText, root, workspacePackages } from '../../packages/workspace.ts'

/**
 * Lays out our packages as they are published, compiled and with only their dependencies beside them, and the benchmarks as
 * plain JavaScript: what runs is what a user runs, without the time and the 30 MB that type stripping takes.
 *
 * @returns the program to run a variant with
 */
export async function install(folder: string): Promise<string> {
  const packages = workspacePackages()
  const ours = new Set(packages.map(({ manifest }) => manifest.name))
  for (const { folder: name, path, manifest } of packages) {
    const target = join(modulePath(folder, manifest.name), 'dist')
    const bundling = join(path, 'rolldown.config.ts')
    if (existsSync(bundling)) await bundle(bundling, target)
    else compileFolder(`packages/${name}/src`, target)
    writeManifest(folder, manifest)
    linkDependencies(folder, path, manifest.dependencies, ours)
  }
  const { devDependencies } = JSON.parse(readText('package.json')) as Manifest
  linkDependencies(folder, root, devDependencies, ours)
  compileFolder('test/bench', join(folder, 'bench'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  return join(folder, 'bench/harness/child.js')
}

type Bundling = Omit<RolldownOptions, 'output'> & { readonly output: OutputOptions }

async function bundle(config: string, folder: string): Promise<void> {
  const { default: options } = (await import(pathToFileURL(config).href)) as { default: Bundling }
  const bundled = await rolldown(options)
  await bundled.write({ ...options.output, dir: folder, sourcemap: false })
  await bundled.close()
}

function modulePath(folder: string, name: string): string {
  return join(folder, 'node_modules', name)
}

function compileFolder(from: string, to: string): void {
  for (const file of filesMatching(`${from}/**/*.ts`)) {
    if (file.endsWith('.test.ts')) continue
    const target = join(to, file.slice(from.length + 1).replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, ts.transpileModule(readText(file), { compilerOptions }).outputText)
  }
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
}

function writeManifest(folder: string, { name, version, type, exports, publishConfig }: Manifest): void {
  const published = { name, version, type, exports: publishConfig.exports ?? exports }
  writeFileSync(join(modulePath(folder, name), 'package.json'), JSON.stringify(published))
}

function linkDependencies(
  folder: string,
  path: string,
  dependencies: Manifest['dependencies'],
  ours: ReadonlySet<string>,
): void {
  for (const name of Object.keys(dependencies ?? {})) {
    if (ours.has(name)) continue
    const target = modulePath(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    linkOnce(join(path, 'node_modules', name), target)
  }
}

function linkOnce(from: string, to: string): void {
  try {
    symlinkSync(from, to, 'junction')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
