import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDirectory, run } from './run-command.ts'

const config = `default: dev
backends:
  dev: { adapter: local, memory: true }
  old: { adapter: local, path: ./old, emulation: never }
`

async function configured(): Promise<string> {
  const cwd = await makeDirectory()
  await writeFile(join(cwd, 'stowage.config.yaml'), config)
  return cwd
}

describe('configuration on the command line', () => {
  test('is shown as it was found and completed', async () => {
    const cwd = await configured()
    const { out } = await run(['config', 'show', '--json'], { cwd })
    expect(JSON.parse(out)).toMatchObject({
      default: 'dev',
      backends: { dev: { memory: true }, old: { emulation: 'never' } },
    })
  })

  test('is checked; what is wrong ends with 2 and names the line', async () => {
    const cwd = await configured()
    expect((await run(['config', 'check'], { cwd })).out).toMatch(/stowage.config.yaml is right: dev, old\n/)
    await writeFile(join(cwd, 'wrong.yaml'), config.replace('memory', 'memroy'))
    const wrong = await run(['config', 'check', '--config', 'wrong.yaml'], { cwd })
    expect(wrong.code).toBe(2)
    expect(wrong.error).toContain('wrong.yaml:3')
  })

  test('one backend is shown and checked by itself, whatever the others lack', async () => {
    const cwd = await configured()
    await writeFile(
      join(cwd, 'stowage.config.yaml'),
      `${config}  lake: { adapter: keboola, url: a.example, token: '\${NONE}' }\n`,
    )
    expect((await run(['config', 'show'], { cwd })).error).toContain('NONE is not set')
    const { out } = await run(['config', 'show', 'old:', '--json'], { cwd })
    expect(Object.keys((JSON.parse(out) as { backends: object }).backends)).toEqual(['old'])
    expect((await run(['config', 'check', 'dev'], { cwd })).out).toMatch(/is right: dev\n/)
  })

  test('the schema is one JSON document', async () => {
    const { out } = await run(['config', 'schema'])
    expect(JSON.parse(out)).toHaveProperty('$schema')
  })

  test('secrets are masked', async () => {
    const cwd = await makeDirectory()
    const environment = { TOKEN: 'a-secret-key-of-24-letters' }
    await writeFile(
      join(cwd, 'stowage.config.yaml'),
      'adapter: dcss\ns3Url: https://s3.example.com\naccessKeyId: AKIDEXAMPLE\nsecretAccessKey: ${TOKEN}\n',
    )
    const { code, out } = await run(['config', 'show'], { cwd, environment })
    expect(code).toBe(0)
    expect(out).not.toContain(environment.TOKEN)
  })

  test('capabilities of a backend are listed', async () => {
    const cwd = await configured()
    const { out } = await run(['capabilities', 'dev'], { cwd })
    expect(out).toMatch(/^CAPABILITY +LOCAL/)
    expect(out).toMatch(/tables\.upsert +native/)
    expect(JSON.parse((await run(['capabilities', '--json'], { cwd })).out)).toMatchObject({
      backend: 'local',
      operations: { 'files.range': { kind: 'native' } },
    })
  })

  test('a backend that is not there gets a suggestion', async () => {
    const cwd = await configured()
    const { code, error } = await run(['bucket', 'list', 'devv:'], { cwd })
    expect(code).toBe(2)
    expect(error).toContain('dev')
  })
})
