import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type ResolvedConfig } from 'stowage'
import { expect, test } from 'vitest'
import { filesMatching, readText } from '../packages/workspace.ts'
import { fencesOfPage } from './fence.ts'

const configs = filesMatching('README.md', 'docs/**/*.md', 'packages/*/README.md')
  .flatMap((file) => fencesOfPage(file, readText(file)))
  .filter(({ language, code }) => language === 'yaml' && /^\s*adapter:/m.test(code))

/** Reads a configuration: all of it, or only the default backend where others need adapters that aren't here. */
async function load(text: string): Promise<ResolvedConfig> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-page-'))
  try {
    const file = join(directory, 'stowage.config.yaml')
    await writeFile(file, text)
    const isAllHere = [...text.matchAll(/adapter: (\S+)/g)].every(([, name]) => name === 'local')
    return await loadConfig(file, { backends: isAllHere ? 'all' : 'default', environment: {} })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

test.each(configs.map((fence) => [`${fence.file}:${fence.line}`, fence.code]))(
  'the configuration at %s is right',
  async (_, text) => {
    expect((await load(text)).backends.size).toBeGreaterThan(0)
  },
)

test('a wrong configuration on a page would be found', async () => {
  await expect(load('adapter: local\npth: ./data\n')).rejects.toThrow(/did you mean "path"/)
})
