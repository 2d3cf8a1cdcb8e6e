import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../packages/workspace.ts'
import type { Fence } from './fence.ts'

/** Stands for what a page has introduced before: short fences may use these without declaring them. */
const ambient = `
import type * as core from '@stowage/core'
declare global {
  /** An open storage with tables and files. */
  const storage: core.Storage
  const bucket: core.Bucket
  const table: core.Table
  const file: core.File
  const signal: AbortSignal
}
`

/**
 * Type-checks all fences in one program and gives what is wrong with each, as `file:line: message`.
 *
 * Each fence is a module of its own. One that begins with a comment naming a file (\`// adapter.ts\`) can be imported
 * under that name by the other fences of its page.
 */
export function checkFences(fences: readonly Fence[]): string[] {
  const folder = join(root, 'docs/.fences')
  const fenceByPath = new Map(fences.map((fence) => [pathOf(folder, fence), fence]))
  const textByPath = new Map([...fenceByPath].map(([path, { code }]) => [path, `${code}\nexport {}\n`]))
  textByPath.set(join(folder, 'ambient.ts'), ambient)
  const options = compilerOptions()
  const program = ts.createProgram([...textByPath.keys()], options, hostWith(textByPath, options))
  return [...textByPath.keys()].flatMap((path) => {
    const source = program.getSourceFile(path)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map((diagnostic) => describeFault(diagnostic, fenceByPath.get(path)))
  })
}

function pathOf(folder: string, { file, line, code }: Fence): string {
  const name = /^\/\/ ([a-z0-9-]+\.ts)\n/.exec(code)?.[1] ?? `line-${line}.ts`
  return join(folder, file.replaceAll('/', '-'), name)
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root)
  // A fence shows one thing: what it leaves unused or unannotated is no fault of its.
  return { ...options, noEmit: true, isolatedDeclarations: false, skipLibCheck: true }
}

function hostWith(textByPath: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const onDisk = { fileExists: host.fileExists.bind(host), readFile: host.readFile.bind(host) }
  host.fileExists = (path) => textByPath.has(path) || onDisk.fileExists(path)
  host.readFile = (path) => textByPath.get(path) ?? onDisk.readFile(path)
  // Module resolution asks for folders first, and ours are nowhere on the disk.
  delete host.directoryExists
  return host
}

function describeFault({ file, start, messageText }: ts.Diagnostic, fence: Fence | undefined): string {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  if (fence === undefined) return `ambient names of fences: ${message}`
  const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line
  return `${fence.file}:${fence.line + line}: ${message}`
}
