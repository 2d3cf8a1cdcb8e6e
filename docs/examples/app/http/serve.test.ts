import { Hono } from 'hono'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openGallery } from '../testing/open-gallery.ts'
import { createRoutes } from './routes.ts'
import { serve } from './serve.ts'

test('a storage that fails while a photo is read breaks the answer off, and its details are for the log', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue()
  onTestFinished(() => log.mockRestore())
  const fault = { kind: 'error', code: 'unavailable' }
  const { gallery } = await openGallery({ operation: 'files.read', nth: 1, fault })
  const server = await serve(createRoutes(gallery), 0)
  const url = `${server.url}/photos/dog.png`
  await fetch(url, { method: 'PUT', body: 'dog', headers: { 'content-type': 'image/png' } })
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow('terminated')
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ operation: 'files.read' }))
  await server.close()
})

test('closing waits for the answers that run, and for no other connection', { timeout: 4000 }, async () => {
  const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const routes = new Hono()
  routes.get('/slow', async (context) => {
    asked.resolve()
    await told.promise
    return context.text('done')
  })
  routes.put('/half-read', async (context) => {
    await context.req.raw.body?.getReader().read()
    return context.text('failed', 500)
  })
  const server = await serve(routes, 0)
  await once(connect(Number(new URL(server.url).port), '127.0.0.1'), 'connect')
  const refused = await fetch(`${server.url}/half-read`, { method: 'PUT', body: new Uint8Array(10_000_000) })
  const slow = fetch(`${server.url}/slow`)
  await asked.promise
  const closed = server.close()
  told.resolve()
  await closed
  expect([refused.status, await (await slow).text()]).toEqual([500, 'done'])
})
