import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Environment } from '../config/environment.ts'

const commands: ReadonlyMap<string, string> = new Map([
  ['pnpm', 'pnpm add'],
  ['yarn', 'yarn add'],
  ['bun', 'bun add'],
])

const lockfiles: readonly (readonly [file: string, manager: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
]

/**
 * Gives the command that installs a package with the package manager in use.
 *
 * The nearest lockfile decides, then the manager that started the process (`npm_config_user_agent`), then npm. A lockfile
 * comes first because `npx` starts programs in projects of every manager.
 */
export async function installCommand(packageName: string, cwd: string, environment: Environment): Promise<string> {
  const agent = /^[a-z]+/.exec(environment['npm_config_user_agent'] ?? '')?.[0] ?? ''
  const manager = (await managerByLockfile(cwd)) ?? agent
  return `${commands.get(manager) ?? 'npm install'} ${packageName}`
}

async function managerByLockfile(directory: string): Promise<string | undefined> {
  for (const [file, manager] of lockfiles) {
    if (await isThere(join(directory, file))) return manager
  }
  const parent = dirname(directory)
  return parent === directory ? undefined : managerByLockfile(parent)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
