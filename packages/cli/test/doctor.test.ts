import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { examineNode, examineStowage } from '../src/doctor/versions.ts'
import manifest from '../package.json' with { type: 'json' }
import { makeDirectory, run } from './run-command.ts'

const { version } = manifest

describe('stowage doctor', () => {
  test('all is well with what is found without a configuration', async () => {
    const { code, out } = await run(['doctor'], { cwd: await makeDirectory(), version })
    expect(code).toBe(0)
    expect(out).toMatch(
      /^ok {4}node: .*\nok {4}stowage: .*\nok {4}configuration: .*default.*\nok {4}default: local answers in \d+ ms\n$/,
    )
  })

  test('each backend that does not answer gets a remedy, and the others are looked at all the same', async () => {
    const cwd = await makeDirectory()
    const config = `default: dev
backends:
  dev: { adapter: local, memory: true }
  docs: { adapter: zerodb, baseUrl: 'http://127.0.0.1:9/v1/public/database', apiKey: a-secret-key-of-the-service }
`
    await writeFile(join(cwd, 'stowage.config.yaml'), config)
    const { code, out, error } = await run(['doctor'], { cwd, version })
    expect({ code, error }).toEqual({ code: 2, error: 'error: 1 of 5 need attention\n' })
    expect(out).toMatch(/ok {4}dev: local answers/)
    expect(out).toMatch(/FAIL {2}docs: .*\n {6}look at the URL and the network/)
    expect(out).not.toContain('a-secret-key')
  })

  test('a wrong configuration is a finding', async () => {
    const cwd = await makeDirectory()
    await writeFile(join(cwd, 'stowage.config.yaml'), 'adapter: lokal\n')
    const { code, out } = await run(['doctor', '--json'], { cwd, version })
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      findings: [
        { what: 'node' },
        { what: 'stowage' },
        { what: 'configuration', ok: true },
        { what: 'default', ok: false },
      ],
    })
    await writeFile(join(cwd, 'stowage.config.yaml'), 'adapter: [\n')
    expect(JSON.parse((await run(['doctor', '--json'], { cwd, version })).out)).toMatchObject({
      findings: [{ what: 'node' }, { what: 'stowage' }, { what: 'configuration', ok: false }],
    })
  })

  test('a backend without its variable or package says which, and what to install or set', async () => {
    const cwd = await makeDirectory()
    const config =
      "backends: { lake: { adapter: keboola, url: a.example, token: '${NONE}' }, x: { adapter: '@a/none' }, dev: { adapter: local, memory: true } }\n"
    await writeFile(join(cwd, 'stowage.config.yaml'), config)
    const { code, out } = await run(['doctor'], { cwd, version })
    expect(code).toBe(2)
    expect(out).toMatch(/FAIL {2}lake: .*NONE is not set.*\n {6}correct/)
    expect(out).toMatch(/FAIL {2}x: .*npm install @a\/none.*\n {6}correct/)
    expect(out).toMatch(/ok {4}dev: /)
  })

  test('a credential that is refused is named, with the variable that can hold it', async () => {
    const server = createServer(
      (_request, answer) => void answer.writeHead(401).end('{"error": "Invalid access token"}'),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const cwd = await makeDirectory()
    const config = `adapter: keboola\nurl: http://127.0.0.1:${port}\ntoken: 12-34-of-nobody-at-all\n`
    await writeFile(join(cwd, 'stowage.config.yaml'), config)
    const { out } = await run(['doctor'], { cwd, version })
    expect(out).toContain('look at token (KEBOOLA_TOKEN): it is missing, wrong or expired')
    expect(out).not.toContain('of-nobody')
  })

  test('parts of Stowage that do not belong together are named', async () => {
    expect(await examineStowage(version)).toMatchObject({ ok: true })
    expect(await examineStowage('0.0.9')).toMatchObject({
      ok: false,
      remedy: 'install stowage@0.0.9 @stowage/core@0.0.9 @stowage/gateway@0.0.9',
    })
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
