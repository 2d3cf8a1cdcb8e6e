import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serveDcss, signedUrl, startStowage } from './serve-process.ts'

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-serve-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

describe('stowage serve dcss', () => {
  test('prints one line, serves, and stops on SIGTERM with 0, whatever connections are open', async () => {
    const { access, child, out, error, exit } = await serveDcss()
    const { hostname, port } = new URL(access.url)
    const idle = connect(Number(port), hostname).on('error', () => {})
    onTestFinished(() => void idle.destroy())
    expect(Object.keys(access)).toEqual(['api', 'url', 'token', 's3Url', 'accessKeyId', 'secretAccessKey', 'region'])
    expect(access).toMatchObject({ api: 'dcss', region: 'us-east-1' })
    const put = await signedUrl(access, 'put_object/duckietown-user-storage/-1/a')
    expect((await fetch(put, { method: 'PUT', body: new Uint8Array([1, 2, 3]) })).status).toBe(200)
    const get = await signedUrl(access, 'get_object/duckietown-user-storage/-1/a')
    expect(new Uint8Array(await (await fetch(get)).arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]))
    child.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(out()).toBe(`${JSON.stringify(access)}\n`)
    expect(error()).toContain('PUT /duckietown-user-storage/-1/a')
    expect(error()).not.toContain(access.token)
    expect(error()).not.toContain(access.secretAccessKey)
    expect(error()).not.toContain(new URL(get).searchParams.get('X-Amz-Signature'))
  })

  test('starts with the three spaces, empty, and stops on SIGINT as well', async () => {
    const { access, child, exit } = await serveDcss()
    for (const [space, prefix] of [
      ['public', ''],
      ['private', ''],
      ['user', '-1/'],
    ]) {
      const list = await fetch(await signedUrl(access, `list_objects_v2/duckietown-${space}-storage/${prefix}`))
      expect([list.status, (await list.text()).includes('<Key>')]).toEqual([200, false])
    }
    child.kill('SIGINT')
    expect(await exit()).toBe(0)
  })

  test('a directory keeps what was written', async () => {
    const directory = await makeDirectory()
    const first = await serveDcss('--dir', directory)
    const put = await signedUrl(first.access, 'put_object/duckietown-private-storage/a')
    await fetch(put, { method: 'PUT', body: new Uint8Array([7]) })
    first.child.kill('SIGTERM')
    await first.exit()
    const second = await serveDcss('--dir', directory)
    const get = await fetch(await signedUrl(second.access, 'get_object/duckietown-private-storage/a'))
    expect(new Uint8Array(await get.arrayBuffer())).toEqual(new Uint8Array([7]))
  })

  test('a backend of the configuration is served, and what is in it is there', async () => {
    const directory = await makeDirectory()
    await writeFile(
      join(directory, 'stowage.config.json'),
      '{"backends":{"ducks":{"adapter":"local","path":"./data"}}}',
    )
    const served = startStowage(['serve', 'dcss', '--backend', 'ducks', '--json'], directory)
    const access = JSON.parse(await served.firstLine()) as Parameters<typeof signedUrl>[0]
    const list = await fetch(await signedUrl(access, 'list_objects_v2/duckietown-private-storage/'))
    expect(list.status).toBe(200)
    served.child.kill('SIGTERM')
    expect(await served.exit()).toBe(0)
  })

  test('without --json it prints one line for people', async () => {
    const { firstLine, out, child, exit } = startStowage(['serve', 'dcss'])
    expect(await firstLine()).toMatch(
      /^Serving dcss: data API at http:\/\/127\.0\.0\.1:\d+, S3 at http:\/\/127\.0\.0\.1:\d+, token dt1-\S+\n$/,
    )
    child.kill('SIGTERM')
    expect(await exit()).toBe(0)
    expect(out().split('\n')).toHaveLength(2)
  })

  test('a port in use ends with 4 and says so', async () => {
    const { access } = await serveDcss()
    const { port } = new URL(access.url)
    const second = startStowage(['serve', 'dcss', '--json', '--port', port])
    expect(await second.exit()).toBe(4)
    expect(second.out()).toBe('')
    expect(second.error()).toContain(`error: port ${port} of 127.0.0.1 is in use`)
  })

  test('a failure ends the process with the code of its kind, without a stack', async () => {
    const { exit, out, error } = startStowage(['serve', 'dcss', '--backend', 'nope'], await makeDirectory())
    expect(await exit()).toBe(2)
    expect(out()).toBe('')
    expect(error()).toContain('error: backends: there is no backend "nope"')
    expect(error()).not.toMatch(/\n {4}at /)
  })
})

test.each([[['--help']], [['serve', '--help']], [['serve', 'dcss', '--help']], [['serve', 'dscc']]])(
  'stowage %j loads nothing of Stowage but the command itself',
  async (words) => {
    const loaded = await loadedModules(words)
    expect(loaded).toContain('packages/cli/src/build-program.ts')
    expect(loaded).not.toMatch(/packages\/(?!cli\/)|node_modules\/(?!.*commander)/)
  },
)

/** Runs `stowage` with a hook that writes down every module it loads. */
async function loadedModules(words: readonly string[]): Promise<string> {
  const hook = `import { registerHooks } from 'node:module'
    import { writeSync } from 'node:fs'
    registerHooks({ resolve: (name, context, next) => {
      const found = next(name, context)
      writeSync(2, 'loaded ' + found.url + '\\n')
      return found
    } })`
  const { exit, error } = startStowage(words, undefined, [`--import=data:text/javascript,${encodeURIComponent(hook)}`])
  await exit()
  return error()
    .split('\n')
    .filter((line) => line.startsWith('loaded file:'))
    .join('\n')
}
