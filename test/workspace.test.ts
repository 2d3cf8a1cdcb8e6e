import { expect, test } from 'vitest'
import { readText } from './packages/workspace.ts'

const manifest = JSON.parse(readText('package.json')) as { scripts: Record<string, string> } & Record<string, unknown>
const start = 'npx -y -p node@24 -p pnpm@12 --'

test('the lockfile names no host and no tarball, so that it holds for every registry', () => {
  const lockfile = readText('pnpm-lock.yaml')
  expect(lockfile.match(/\w+:\/\/[^\s'"]+|tarball:.*/g) ?? []).toEqual([])
  expect(lockfile).toMatch(/^lockfileVersion: '9\.0'$/m)
})

// An exact package manager makes pnpm fetch itself, and npm refuse the newcomer's line.
test('the root manifest pins no package manager', () => {
  expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['packageManager']))
  expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['devEngines']))
})

test('README.md gives both start lines and only scripts that exist', () => {
  const readme = readText('README.md')
  expect(readme).toContain(`${start} pnpm quickstart`)
  expect(readme).toContain(`${start} pnpm test`)
  const pages = `${readme}\n${readText('CONTRIBUTING.md')}`
  const named = [
    ...pages.matchAll(/`(?:npx [^`\n]* )?pnpm (?:run )?([a-z:]+)[^`\n]*`|^(?:npx .* )?pnpm (?:run )?([a-z:]+)/gm),
  ]
  const scripts = named.map((match) => match[1] ?? match[2] ?? '')
  expect(scripts.length).toBeGreaterThan(3)
  expect(
    scripts.filter((name) => !(name in manifest.scripts) && !['pack', 'install', 'publish'].includes(name)),
  ).toEqual([])
})

test('CI runs what README.md tells a newcomer, after a frozen install', () => {
  const run = readText('.ci/run')
  expect(run).toContain(start)
  expect(run).toContain("'pnpm install --frozen-lockfile && pnpm run check && pnpm test'")
  expect(run).toContain('set -euo pipefail')
})

test('every script of the root runs a program that is there', () => {
  const commands = Object.values(manifest.scripts).flatMap((script) => [...script.matchAll(/\bnode (\S+\.ts)/g)])
  expect(commands.length).toBeGreaterThan(0)
  for (const [, file = ''] of commands) expect(readText(file)).not.toBe('')
})
