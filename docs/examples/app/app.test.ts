import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RunningApp } from './testing/running-app.ts'
import { startService } from './testing/services.ts'
import { visit } from './testing/visit.ts'

const configs = join(import.meta.dirname, 'config')
const services = Object.keys(startService) as (keyof typeof startService)[]

function configOf(name: string): string {
  return join(configs, `${name}.ts`)
}

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-gallery-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function start(...parts: ConstructorParameters<typeof RunningApp>): RunningApp {
  const app = new RunningApp(...parts)
  onTestFinished(() => app.kill())
  return app
}

test('the app has a config for each backend', async () => {
  expect((await readdir(configs)).toSorted()).toEqual(['local', ...services].map((name) => `${name}.ts`).toSorted())
})

describe('the app runs unchanged, by its config alone', () => {
  test('on local', async () => {
    const directory = await emptyDirectory()
    const app = start(configOf('local'), directory)
    await visit(await app.url())
    app.stop()
    expect(await app.end()).toEqual({ code: 0, errors: '' })
    expect(await readdir(directory)).toEqual(['gallery-data'])
  })

  test.each(services)('on %s', async (name) => {
    const service = await startService[name]()
    onTestFinished(() => service.close())
    const app = start(configOf(name), await emptyDirectory(), service.environment)
    await visit(await app.url())
    app.stop()
    expect(await app.end()).toEqual({ code: 0, errors: '' })
    expect(service.requests.length).toBeGreaterThan(10)
  })
})

describe('the app does not start on a backend that lacks what it needs', () => {
  async function complaintOf(config: object): Promise<string> {
    const directory = await emptyDirectory()
    const path = join(directory, 'gallery.config.mjs')
    await writeFile(path, `export const config = ${JSON.stringify(config)}`)
    const { code, errors } = await start(path, directory).end()
    expect(code).toBe(1)
    return errors
  }
  const disk = { adapter: 'local', path: './data' }
  const onDisk = { backend: 'disk', bucket: 'gallery' }

  test('rows in a service without tables', async () => {
    const robots = { adapter: 'dcss' }
    const rows = { backend: 'robots', bucket: 'user' }
    expect(await complaintOf({ backends: { robots, disk }, rows, images: onDisk })).toMatchInlineSnapshot(`
      "the gallery can't run: backend "robots" (adapter "dcss") lacks what the app requires: tables.get (absent), tables.create (absent), tables.upsert (absent), tables.find (absent), tables.delete (absent)
      "
    `)
  })

  test('images in a service without files', async () => {
    const documents = { adapter: 'zerodb', apiKey: 'sample' }
    const images = { backend: 'documents', bucket: 'default' }
    expect(await complaintOf({ backends: { documents, disk }, rows: onDisk, images })).toMatchInlineSnapshot(`
      "the gallery can't run: backend "documents" (adapter "zerodb") lacks what the app requires: files.write (absent), files.read (absent), files.range (absent), files.delete (absent)
      "
    `)
  })

  test('an upsert the policy does not allow, with what would allow it', async () => {
    const documents = { adapter: 'zerodb', apiKey: 'sample' }
    const rows = { backend: 'documents', bucket: 'default' }
    expect(await complaintOf({ backends: { documents, disk }, rows, images: onDisk })).toMatchInlineSnapshot(`
      "the gallery can't run: backend "documents" (adapter "zerodb") lacks what the app requires: tables.upsert (emulated at a cost that grows with the data; set "emulation: always" to allow it)
      "
    `)
  })
})

describe('a running app', () => {
  test('keeps nothing of an upload that broke off', async () => {
    const directory = await emptyDirectory()
    const app = start(configOf('local'), directory)
    const url = await app.url()
    const headers = { 'content-type': 'image/png', 'content-length': 300_000 }
    const upload = request(`${url}/photos/dog.png`, { method: 'PUT', headers }).on('error', () => undefined)
    await new Promise((resolve) => upload.write(Buffer.alloc(100_000), resolve))
    upload.destroy()
    expect((await fetch(`${url}/photos/dog.png`)).status).toBe(404)
    app.stop()
    expect((await app.end()).code).toBe(0)
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    expect(entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []))).toEqual(['stowage.sqlite'])
  })

  test('answers to the end what it was asked before it was told to stop', async () => {
    const app = start(configOf('local'), await emptyDirectory())
    const url = await app.url()
    const photo = Buffer.alloc(20_000_000, 'photo')
    await fetch(`${url}/photos/large.png`, { method: 'PUT', body: photo, headers: { 'content-type': 'image/png' } })
    const answer = await fetch(`${url}/photos/large.png`)
    app.stop()
    expect(photo.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true)
    expect(await app.end()).toEqual({ code: 0, errors: '' })
  })
})
