import { join, resolve } from 'node:path'
import { type ConfigSource, plainSource } from './config-source.ts'
import {
  adapterVariables,
  type Environment,
  onlyBackendName,
  readEnvironment,
  stowageVariables,
} from './environment.ts'
import { findConfigFile, showPath } from './find-config.ts'
import { configError, problemAt } from './problem.ts'
import { readConfigFile } from './read-config-file.ts'

/** Where a configuration is looked for. */
export interface SearchPlace {
  /** The working directory, absolute. */
  readonly cwd: string
  /** The environment. */
  readonly environment: Environment
}

/** A source, and whether `STOWAGE_*` variables have a say in it. */
export interface FoundSource {
  /** The source. */
  readonly source: ConfigSource
  /** False for what the app passed itself. */
  readonly heedsEnvironment: boolean
}

/**
 * Finds the configuration: what the app passed, `STOWAGE_CONFIG`, a `stowage.config.*` file, `STOWAGE_*` variables, or
 * the embedded default, in this order.
 *
 * Backends in variables beside a file are an error: whichever of the two lost would be a surprise, and data would go to
 * the wrong place.
 *
 * @param config - an object or a file's path; undefined to look for one
 */
export async function findSource(config: unknown, { cwd, environment }: SearchPlace): Promise<FoundSource> {
  if (typeof config === 'string') {
    return { source: await readConfigFile(resolve(cwd, config), cwd), heedsEnvironment: false }
  }
  if (config !== undefined) return { source: plainSource({ directory: cwd, value: config }), heedsEnvironment: false }
  const path = await configFile({ cwd, environment })
  if (path !== undefined) {
    refuseSecondSource(showPath(path, cwd), environment)
    return { source: await readConfigFile(path, cwd), heedsEnvironment: true }
  }
  return { source: readEnvironment(environment, cwd) ?? embeddedDefault(cwd), heedsEnvironment: true }
}

async function configFile({ cwd, environment }: SearchPlace): Promise<string | undefined> {
  const named = stowageVariables(environment).includes('STOWAGE_CONFIG') ? environment['STOWAGE_CONFIG'] : undefined
  return named === undefined ? findConfigFile(cwd) : resolve(cwd, named)
}

function refuseSecondSource(file: string, environment: Environment): void {
  const [key] = adapterVariables(environment)
  if (key === undefined) return
  const text = `is set, and ${file} configures backends as well; unset the variable, or move the file`
  throw configError([problemAt({ key }, text)])
}

function embeddedDefault(cwd: string): ConfigSource {
  const backends = { [onlyBackendName]: { adapter: 'local', path: join(cwd, '.stowage') } }
  return plainSource({ directory: cwd, value: { backends }, hasVariables: false })
}
