import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findForbiddenSyntax, findIdleTodos, findModuleUses } from './packages/source-rules.ts'
import { filesMatching, readText, type WorkspacePackage, workspacePackages } from './packages/workspace.ts'

const packages = workspacePackages()
const ours = new Set(packages.map(({ manifest }) => manifest.name))
const sources = filesMatching('packages/*/src/**/*.ts')
const shippedSources = sources.filter((file) => !file.endsWith('.test.ts'))

/** Which packages of ours each one may import: imports run one way. */
const mayImport: Readonly<Record<string, (name: string) => boolean>> = {
  core: () => false,
  http: (name) => name === '@stowage/core',
  conformance: (name) => name === '@stowage/core',
  gateway: (name) => name === '@stowage/core',
  stowage: (name) => name === '@stowage/core' || name.startsWith('@stowage/adapter-'),
  cli: (name) => !name.startsWith('@stowage/adapter-') && name !== '@stowage/http' && name !== '@stowage/cli',
}
const adapterMayImport = (name: string): boolean => name === '@stowage/core' || name === '@stowage/http'

function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function importsOf(folder: string): { file: string; specifier: string; line: number }[] {
  return shippedSources
    .filter((file) => file.startsWith(`packages/${folder}/`))
    .flatMap((file) => findModuleUses(file, readText(file)).map((use) => ({ file, ...use })))
}

describe.each(packages.map((one) => [one.folder, one] as const))('packages/%s', (folder, { path, manifest }) => {
  test('has the files every package has', () => {
    const entry = folder === 'cli' ? 'src/main.ts' : 'src/index.ts'
    const files = ['README.md', 'tsconfig.json', 'tsconfig.build.json', entry]
    expect(files.filter((file) => !existsSync(join(path, file)))).toEqual([])
    expect(readFileSync(join(path, 'README.md'), 'utf8')).toMatch(new RegExp(`^# \`?${manifest.name}\`?\n`))
  })

  test('has the manifest every package has', () => {
    expect(manifest).toMatchObject({ license: 'MIT', type: 'module', engines: { node: '>=22.18' } })
    expect(manifest.name).toBe(folder === 'stowage' ? 'stowage' : `@stowage/${folder}`)
    expect(manifest.version).toBe(packages[0]?.manifest.version)
    expect(manifest.description).toMatch(/^[A-Z].*[^.]$/)
    // What only tests use beside the sources, such as a driver made for them, is left out as well.
    const usual = ['dist', 'src', '!src/**/*.test.ts', '!dist/.tsbuildinfo']
    expect(manifest.files.filter((pattern) => pattern !== '!src/**/test-*')).toEqual(usual)
  })

  test('publishes the build of each source it exports', () => {
    const published: Record<string, unknown> = {}
    for (const [name, target] of Object.entries(manifest.exports)) {
      published[name] = name.endsWith('.json') ? target : builtEntry(path, String(target))
    }
    expect(manifest.publishConfig.exports ?? manifest.exports).toEqual(published)
    const bins = Object.entries(manifest.bin ?? {}).map(([name, file]) => [name, builtEntry(path, file).default])
    expect(manifest.publishConfig.bin ?? {}).toEqual(Object.fromEntries(bins))
  })

  test('imports only what lies below it', () => {
    const isAllowed = mayImport[folder] ?? adapterMayImport
    const strays = importsOf(folder).filter(({ specifier }) => {
      const name = packageNameOf(specifier)
      return ours.has(name) && !isAllowed(name)
    })
    expect(strays).toEqual([])
  })

  test('imports only what its manifest names, and built-ins by node:', () => {
    const named = { ...manifest.dependencies, ...manifest.peerDependencies }
    const strays = importsOf(folder).filter(({ file, specifier }) => {
      if (specifier.startsWith('.')) return !staysInside(folder, file, specifier)
      return specifier.startsWith('node:') ? !isBuiltin(specifier) : !(packageNameOf(specifier) in named)
    })
    expect(strays).toEqual([])
  })

  test('takes third-party versions from the catalog and ours from the workspace', () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
      expect([name, range]).toEqual([name, ours.has(name) ? 'workspace:^' : 'catalog:'])
  })
})

function builtEntry(path: string, source: string): { types: string; default: string } {
  expect(existsSync(join(path, source)), `${source} exists`).toBe(true)
  const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
  return { types: `${built}.d.ts`, default: `${built}.js` }
}

function staysInside(folder: string, file: string, specifier: string): boolean {
  const target = join(file, '..', specifier)
  return target.startsWith(join('packages', folder, 'src')) && /\.(ts|json)$/.test(specifier)
}

test('core depends on the CSV codec only', () => {
  const core = packages.find(({ folder }) => folder === 'core') as WorkspacePackage
  expect(Object.keys(core.manifest.dependencies ?? {})).toEqual(['papaparse'])
  expect(core.manifest.peerDependencies).toBeUndefined()
})

test('file names are kebab-case and name a subject', () => {
  const all = [...sources, ...filesMatching('packages/*/test/**/*.ts', 'test/**/*.ts', 'docs/examples/**/*.ts')]
  const misnamed = all.filter((file) => {
    const name = basename(file).replace(/(\.test|\.test-d|\.d)?\.ts$/, '')
    return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || /^(utils?|helpers?|types?|common|misc|shared)$/.test(name)
  })
  expect(misnamed).toEqual([])
})

test('sources hold only syntax that Node can strip, and named exports', () => {
  const found = shippedSources.flatMap((file) =>
    findForbiddenSyntax(file, readText(file)).map((what) => `${file}:${what}`),
  )
  expect(found).toEqual([])
})

test('no source file is longer than 400 lines', () => {
  const long = shippedSources
    .map((file) => [file, readText(file).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 400)
  expect(long).toEqual([])
})

test('a TODO says what it waits for', () => {
  const idle = sources.flatMap((file) => findIdleTodos(readText(file)).map((todo) => `${file}:${todo}`))
  expect(idle).toEqual([])
})

describe('the rules themselves', () => {
  test.each([
    ['enum Color { Red }', ['1: an enum']],
    ['namespace A { export const b = 1 }', ['1: a namespace']],
    ['declare module "@stowage/core" { interface BackendRegistry {} }', []],
    ['class A {\n  private b = 1\n}', ['2: a private member without #']],
    ['class A { constructor(readonly b: string) {} }', ['1: a parameter property']],
    ['class A { private constructor() {} }', []],
    ['@sealed class A {}', ['1: a decorator']],
    ['export default 1', ['1: a default export']],
    ['export default function a() {}', ['1: a default export']],
    ['using a = open()', ['1: a using declaration']],
    ['await using a = open()', ['1: a using declaration']],
    ['const a = 1; let b = 2', []],
    ['interface IDriver {}', ['1: an interface called IDriver']],
    ['interface Ids {}', []],
    ['class DriverImpl {}', ['1: a class called DriverImpl']],
  ])('%j', (text, found) => {
    expect(findForbiddenSyntax('sample.ts', text)).toEqual(found)
  })

  test('every way to name a module is seen', () => {
    const text =
      "import 'a'\nimport type { B } from 'b'\nexport * from 'c'\nconst d = await import('d')\ntype E = import('e').E"
    expect(findModuleUses('sample.ts', text).map(({ specifier }) => specifier)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('a TODO without a reason is found, one with a reason is not', () => {
    expect(findIdleTodos('// TODO: tidy up\n// TODO: drop when Node 22 ends\n// FIXME until later')).toEqual([
      '1: // TODO: tidy up',
      '3: // FIXME until later',
    ])
  })
})
