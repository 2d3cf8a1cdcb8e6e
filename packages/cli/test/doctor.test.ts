import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examineNode } from '../src/doctor/findings.ts'
import { makeDirectory, run } from './run-command.ts'

describe('stowage doctor', () => {
  test('all is well with what is found without a configuration', async () => {
    const { code, out } = await run(['doctor'], { cwd: await makeDirectory() })
    expect(code).toBe(0)
    expect(out).toMatch(/^ok {4}node: .*\nok {4}configuration: .*default\nok {4}default: local answers in \d+ ms\n$/)
  })

  test('each backend that does not answer gets a remedy, and the others are looked at all the same', async () => {
    const cwd = await makeDirectory()
    const config = `default: dev
backends:
  dev: { adapter: local, memory: true }
  docs: { adapter: zerodb, baseUrl: 'http://127.0.0.1:9/v1/public/database', apiKey: a-secret-key-of-the-service }
`
    await writeFile(join(cwd, 'stowage.config.yaml'), config)
    const { code, out, error } = await run(['doctor'], { cwd })
    expect({ code, error }).toEqual({ code: 2, error: 'error: 1 of 4 need attention\n' })
    expect(out).toMatch(/ok {4}dev: local answers/)
    expect(out).toMatch(/FAIL {2}docs: .*\n {6}look at the URL and the network/)
    expect(out).not.toContain('a-secret-key')
  })

  test('a wrong configuration is a finding', async () => {
    const cwd = await makeDirectory()
    await writeFile(join(cwd, 'stowage.config.yaml'), 'adapter: lokal\n')
    const { code, out } = await run(['doctor', '--json'], { cwd })
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ findings: [{ what: 'node' }, { what: 'configuration', ok: false }] })
  })

  test.each([
    ['22.17.1', false],
    ['22.18.0', true],
    ['24.0.0', true],
    ['20.19.5', false],
  ])('Node %s will do: %s', (version, ok) => {
    expect(examineNode(version).ok).toBe(ok)
  })
})

describe('stowage config init', () => {
  test('writes a configuration that is right, and never over another', async () => {
    const cwd = await makeDirectory()
    expect(await run(['config', 'init', '--dry-run'], { cwd })).toMatchObject({ code: 0 })
    expect((await run(['config', 'init'], { cwd })).out).toContain('stowage.config.yaml')
    expect((await run(['config', 'check'], { cwd })).out).toContain('is right: dev')
    await writeFile(join(cwd, 'stowage.config.yaml'), 'adapter: local\n')
    expect(await run(['config', 'init'], { cwd })).toMatchObject({ code: 2 })
    expect(await readFile(join(cwd, 'stowage.config.yaml'), 'utf8')).toBe('adapter: local\n')
  })

  test('what it has commented out is right as well', async () => {
    const cwd = await makeDirectory()
    await run(['config', 'init'], { cwd })
    const path = join(cwd, 'stowage.config.yaml')
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(/^ {2}# (?=( {2})?\w+:)/gm, '  '))
    const names = [
      'KEBOOLA_TOKEN',
      'ZERODB_API_KEY',
      'ABEJA_ORGANIZATION_ID',
      'PLATFORM_AUTH_TOKEN',
      'DUCKIETOWN_TOKEN',
    ]
    const environment = Object.fromEntries(names.map((name) => [name, '1402938475610']))
    expect((await run(['config', 'check'], { cwd, environment })).out).toContain(
      'is right: dev, lake, docs, cams, duck',
    )
  })
})
