import { readFile, stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importModule } from '../adapters/import-module.ts'
import { type ConfigSource, plainSource } from './config-source.ts'
import type { ParsedText } from './config-text.ts'
import { showPath } from './find-config.ts'
import { configError, problemAt } from './problem.ts'

const largestBytes = 1024 * 1024

/**
 * Reads a configuration file: JSON and YAML are parsed, TypeScript and JavaScript are run and give their default export.
 *
 * @param path - absolute
 * @param cwd - what the path in messages is relative to
 * @throws StorageError `invalid-argument` with all faults of the text, or the message of a program that threw
 */
export async function readConfigFile(path: string, cwd: string): Promise<ConfigSource> {
  const file = showPath(path, cwd)
  const directory = dirname(path)
  switch (extname(path)) {
    case '.json':
    case '.yaml':
    case '.yml': {
      const { value, lineOf } = await readText(path, file)
      return plainSource({ file, directory, value, lineOf })
    }
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return plainSource({ file, directory, value: await runProgram(path, file) })
    default:
      throw configError([
        problemAt({ file }, 'a configuration file ends in .ts, .mts, .js, .mjs, .json, .yaml or .yml'),
      ])
  }
}

async function readText(path: string, file: string): Promise<ParsedText> {
  const text = await readSmallFile(path, file)
  const { parseJson, parseYaml } = await import('./config-text.ts')
  const parsed = path.endsWith('.json') ? parseJson(text) : parseYaml(text)
  if (parsed.faults.length === 0) return parsed
  throw configError(parsed.faults.map(({ text: fault, line }) => problemAt({ file, line }, fault)))
}

async function readSmallFile(path: string, file: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > largestBytes) throw configError([problemAt({ file }, 'is larger than 1 MiB; is it a configuration?')])
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw configError([problemAt({ file }, 'there is no such configuration file')], error)
    if (code === 'EISDIR') throw configError([problemAt({ file }, 'is a directory, not a configuration file')], error)
    if (code === 'EACCES') throw configError([problemAt({ file }, 'may not be read; check its permissions')], error)
    throw error
  }
}

async function runProgram(path: string, file: string): Promise<unknown> {
  let module: Readonly<Record<string, unknown>>
  try {
    await stat(path)
    module = await importModule(pathToFileURL(path).href)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw configError([problemAt({ file }, 'there is no such configuration file')], error)
    }
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw configError([problemAt({ file }, `running it failed with ${reason}`)], error)
  }
  if (module['default'] === undefined) {
    throw configError([problemAt({ file }, 'has no default export; write "export default defineConfig({ … })"')])
  }
  return module['default']
}
