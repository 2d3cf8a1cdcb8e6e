import assert from 'node:assert/strict'
import { type Check, check, type Need } from '../check.ts'
import { inParallel } from '../in-parallel.ts'
import { assertBytes } from './file-content.ts'
import { KeyPlace } from './key-place.ts'

const writing: readonly Need[] = ['files.write', 'files.list']
const timeoutMs = 120_000

/** What can be done to a file can be done to one with an odd key, and to that one alone. Keys that are refused are left out here. */
export const keyUseChecks: readonly Check[] = [
  check(
    'keys/deleted',
    'deleting files with odd keys deletes those alone',
    { needs: [...writing, 'files.delete'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      const stay = keys.filter((_, index) => index % 2 === 0)
      for (const key of keys) if (!stay.includes(key)) await place.file(key).delete()
      await place.checkListed(stay)
      for (const key of stay) await place.file(key).delete()
      await place.checkListed([])
    },
  ),
  check(
    'keys/deleted-together',
    'deleting many files with odd keys deletes those alone, and names them as they were asked for',
    { needs: [...writing, 'files.deleteMany'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      const stay = keys.filter((_, index) => index % 2 === 0)
      const go = keys.filter((key) => !stay.includes(key))
      const outcomes = await place.bucket.deleteFiles(go)
      assert.deepEqual(
        outcomes.map(({ key, outcome }) => [key, outcome]),
        go.map((key) => [key, 'deleted']),
      )
      await place.checkListed(stay)
    },
  ),
  check(
    'keys/copied',
    'files are copied from and to odd keys',
    { needs: [...writing, 'files.read', 'files.copy'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      const plain = place.file(`${place.mark}plain copy`)
      for (const key of keys) {
        const { file } = await place.file(key).copyTo(plain, { overwrite: true })
        assert.equal(file.key, plain.key)
        assertBytes(await plain.get(), Buffer.from(key), `the copy of ${JSON.stringify(key)}`)
      }
      await plain.put('plain')
      for (const key of keys) {
        const { file } = await plain.copyTo(place.file(key), { overwrite: true })
        assert.equal(file.key, key)
        assert.equal(await place.file(key).text(), 'plain')
      }
      await place.checkListed([...keys, plain.key])
    },
  ),
  check(
    'keys/listed-by-prefix',
    'an odd key as a prefix gives exactly the keys that begin with it',
    { needs: writing, timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      for (const prefix of keys) {
        const found: string[] = []
        for await (const entry of place.bucket.files({ prefix })) if (entry.kind === 'file') found.push(entry.file.key)
        const expected = keys.filter((key) => key.startsWith(prefix))
        assert.deepEqual(found.toSorted(), expected.toSorted(), `the prefix ${JSON.stringify(prefix)}`)
      }
    },
  ),
  check(
    'keys/overwritten',
    'a file with an odd key is overwritten, and only that one',
    { needs: [...writing, 'files.read'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      for (const key of keys.toReversed()) await place.file(key).put(`again ${key}`)
      for (const key of keys) assertBytes(await place.file(key).get(), Buffer.from(`again ${key}`), JSON.stringify(key))
      await place.checkListed(keys)
    },
  ),
  check(
    'keys/uploaded',
    'a file with an odd key is uploaded as a stream, and a range of it read',
    { needs: ['files.write', 'files.read', 'files.range'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      for (const key of keys) {
        const bytes = Buffer.from(`0123456789 ${key}`)
        await place.file(key).upload(new Blob([bytes]))
        assertBytes(await place.file(key).get({ range: { start: 11 } }), Buffer.from(key), JSON.stringify(key))
      }
    },
  ),
  check(
    'keys/signed',
    'signed URLs lead to files with odd keys exactly',
    { needs: [...writing, 'files.read', 'files.signedUrl'], timeoutMs },
    async (context) => {
      const place = await KeyPlace.open(context)
      const keys = await place.keepAll(place.someOddKeys)
      await inParallel(keys, 8, async (key) => {
        const { url, headers } = await place.file(key).signedUrl()
        const response = await fetch(url, { headers })
        const what = `what the signed URL of ${JSON.stringify(key)} gives`
        assertBytes(new Uint8Array(await response.arrayBuffer()), Buffer.from(key), what)
        const put = await place.file(key).signedUrl({ method: 'PUT' })
        await fetch(put.url, { method: 'PUT', headers: put.headers, body: `new ${key}` })
        assertBytes(await place.file(key).get(), Buffer.from(`new ${key}`), JSON.stringify(key))
      })
      await place.checkListed(keys)
    },
  ),
  check(
    'keys/no-way-out',
    'no key leads into another bucket',
    { needs: [...writing, 'files.read', 'files.stat', 'semantics.dynamicBuckets'] },
    async (context) => {
      const [place, other] = [await KeyPlace.open(context), await context.bucket()]
      assert.notEqual(place.bucket.name, other.name, 'there is only one bucket')
      await other.file('a.txt').put('secret')
      const { name } = other
      const ways = [`../${name}`, `/${name}`, `x/../../${name}`, `..\\${name}`, `%2e%2e/${name}`, `..%2F${name}`]
      const keys = await place.keepAll(ways.map((way) => `${way}/a.txt`))
      const stolen = await place.keepAll(ways.map((way) => `${way}/b.txt`))
      assert.equal(await other.file('a.txt').text(), 'secret')
      assert.equal(await other.file('b.txt').exists(), false)
      assert.equal((await other.files().toArray()).length, 1)
      await place.checkListed([...keys, ...stolen])
    },
  ),
]
