import { expect, onTestFinished, test, vi } from 'vitest'
import { openGallery } from '../testing/open-gallery.ts'
import { createRoutes } from './routes.ts'

test.each([
  ['corrupt-data', 502],
  ['rate-limited', 503],
  ['unavailable', 503],
  ['timeout', 504],
  ['permission-denied', 500],
])('a storage that fails with %s is answered with %i, and its details are for the log', async (code, status) => {
  const log = vi.spyOn(console, 'error').mockReturnValue()
  onTestFinished(() => log.mockRestore())
  const fault = { kind: 'error', code, retryAfterMs: 1500 }
  const { gallery } = await openGallery({ operation: 'tables.find', nth: 1, fault })
  const answer = await createRoutes(gallery).request('/photos')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '2'])
  expect(await answer.json()).toEqual({ error: 'the storage failed' })
  expect(log).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code, operation: 'tables.find' }))
})
