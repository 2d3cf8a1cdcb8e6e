import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findConfigFile } from './find-config.ts'

let base: string
let root: string
let count = 0

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'stowage-find-')))
})
beforeEach(() => {
  root = join(base, String(count++))
})
afterAll(() => rm(base, { recursive: true }))

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), '')
  }
}

describe('findConfigFile', () => {
  test.each(['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'])('finds stowage.config.%s', async (extension) => {
    await put(`stowage.config.${extension}`)
    expect(await findConfigFile(root)).toBe(join(root, `stowage.config.${extension}`))
  })

  test('the nearest file counts, up to the root of the repository', async () => {
    await put('.git/HEAD', 'stowage.config.yaml', 'packages/app/src/x.ts', 'packages/other/stowage.config.json')
    expect(await findConfigFile(join(root, 'packages/app/src'))).toBe(join(root, 'stowage.config.yaml'))
    expect(await findConfigFile(join(root, 'packages/other'))).toBe(join(root, 'packages/other/stowage.config.json'))
  })

  test('nothing above the repository is looked at', async () => {
    await put('stowage.config.yaml', 'repository/.git/HEAD', 'repository/src/x.ts')
    expect(await findConfigFile(join(root, 'repository/src'))).toBeUndefined()
  })

  test('in a worktree, where .git is a file, the search ends as well', async () => {
    await put('stowage.config.yaml', 'worktree/.git')
    expect(await findConfigFile(join(root, 'worktree'))).toBeUndefined()
  })

  test('without a repository the search ends at the home directory', async () => {
    await put('stowage.config.yaml', 'home/stowage.config.yaml', 'home/project/app/x.ts')
    expect(await findConfigFile(join(root, 'home/project/app'), join(root, 'home'))).toBe(
      join(root, 'home/stowage.config.yaml'),
    )
  })

  test('outside of both only the working directory counts', async () => {
    await put('stowage.config.ts', 'app/x.ts')
    expect(await findConfigFile(join(root, 'app'))).toBeUndefined()
    expect(await findConfigFile(root)).toBe(join(root, 'stowage.config.ts'))
  })

  test('two files in one directory are an error that names both', async () => {
    await put('stowage.config.ts', 'stowage.config.yaml')
    await expect(findConfigFile(root)).rejects.toThrow(
      'stowage.config.ts and stowage.config.yaml are both there; keep one, or name it in STOWAGE_CONFIG',
    )
  })

  test('two files further up do not matter when a nearer one is there', async () => {
    await put('.git/HEAD', 'stowage.config.ts', 'stowage.config.yaml', 'app/stowage.config.json')
    expect(await findConfigFile(join(root, 'app'))).toBe(join(root, 'app/stowage.config.json'))
  })
})
