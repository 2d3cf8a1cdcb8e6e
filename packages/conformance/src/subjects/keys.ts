import assert from 'node:assert/strict'
import { type Check, check, type CheckOptions } from '../check.ts'
import { expectError } from '../expectation.ts'
import { SeededRandom } from '../seeded-random.ts'
import { type KeyClass, keyClasses } from './key-classes.ts'
import { KeyPlace } from './key-place.ts'
import { keyUseChecks } from './keys-in-use.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.read', 'files.stat', 'files.list'] }
const usualKeyBytes = 1024

/** File keys: kept exactly or refused, never rewritten. */
export const keyChecks: readonly Check[] = [
  ...keyClasses.map(classCheck),
  check('keys/longest', 'the longest keys are kept exactly, of characters of any size', needs, async (context) => {
    const place = await KeyPlace.open(context)
    const { keyBytes = usualKeyBytes } = context.capabilities.limits
    const room = keyBytes - Buffer.byteLength(place.mark)
    const fill = (unit: string): string => {
      const count = Math.floor(room / Buffer.byteLength(unit))
      return place.mark + unit.repeat(count) + 'x'.repeat(room - count * Buffer.byteLength(unit))
    }
    const keys = ['k', 'é', '日', '🐈', 'a/', '%', ' b'].map(fill)
    for (const key of keys) await place.file(key).put(key)
    for (const key of keys) await place.checkKept(key)
    await place.checkListed(keys)
    // By characters: half of a surrogate pair is no key.
    const cut = keys.map((key) => Array.from(key).slice(0, -2).join(''))
    for (const key of cut) assert.equal(await place.file(key).exists(), false, 'a long key is cut')
  }),
  check(
    'keys/too-long',
    'a key longer than stated is refused before anything is sent, counted in bytes',
    { needs: ['files.write', 'files.list'] },
    async (context) => {
      const place = await KeyPlace.open(context)
      await place.file(`${place.mark}a`).put('x')
      const { keyBytes } = context.capabilities.limits
      const sent = context.log.calls.length
      if (keyBytes !== undefined) {
        for (const unit of ['k', 'é', '🐈']) {
          const key = place.mark + unit.repeat(Math.ceil((keyBytes + 1) / Buffer.byteLength(unit)))
          await expectError(() => place.file(key).put('x'), 'invalid-argument')
        }
      }
      assert.equal(context.log.calls.length, sent)
      await place.checkListed([`${place.mark}a`])
    },
  ),
  check(
    'keys/no-text',
    'an empty key and one with half of a surrogate pair are refused before anything is sent',
    { needs: ['files.write', 'files.list'] },
    async (context) => {
      const place = await KeyPlace.open(context)
      await place.file(`${place.mark}a`).put('x')
      const sent = context.log.calls.length
      for (const key of ['', `${place.mark}\ud800`, `${place.mark}a\udc00b`, `${place.mark}\udc08\ud83d`])
        await expectError(() => place.file(key).put('x'), 'invalid-argument')
      assert.equal(context.log.calls.length, sent)
      await place.checkListed([`${place.mark}a`])
    },
  ),
  check(
    'keys/kept-or-refused',
    'any key is kept exactly or refused with invalid-argument before anything is stored, never stored under another name',
    { ...needs, timeoutMs: 120_000, isLaw: true },
    async (context) => {
      const place = await KeyPlace.open(context)
      await checkLaw(place, place.oddKeys)
    },
  ),
  check(
    'keys/random',
    'random keys of odd characters are kept exactly or refused',
    { ...needs, timeoutMs: 120_000 },
    async (context) => {
      const place = await KeyPlace.open(context)
      const random = new SeededRandom(2026)
      const units = [
        ...Array.from('aAbé/./ %2F+?#:\\~&=@$*"\''),
        'e\u0301',
        '..',
        '//',
        '🐈',
        '\u{10ffff}',
        '\uffff',
        '\t',
        '%20',
        'ß',
      ]
      const makeKey = (): string => place.mark + random.list(1, 10, () => random.pick(units)).join('')
      await checkLaw(place, [...new Set(Array.from({ length: 80 }, makeKey))])
    },
  ),
  ...keyUseChecks,
]

function classCheck(one: KeyClass): Check {
  return check(`keys/${one.name}`, `a key with ${one.oddity} is kept exactly`, needs, async (context) => {
    const place = await KeyPlace.open(context)
    const keys = place.keysOf(one)
    for (const key of keys) await place.file(key).put(key)
    for (const key of keys) {
      await place.checkKept(key)
      await place.checkNoLookalikes(key, keys)
    }
    await place.checkListed(keys)
  })
}

/** Checks that each key is kept exactly or refused without a trace, and that those that are kept stay apart. */
async function checkLaw(place: KeyPlace, keys: readonly string[]): Promise<void> {
  const kept: string[] = []
  for (const key of keys) {
    const isKept = await place.keeps(key)
    if (isKept) kept.push(key)
    else await place.checkNoLookalikes(key, kept)
  }
  assert.ok(kept.length > 0, 'all keys are refused')
  await place.checkListed(kept)
  for (const key of kept) {
    await place.checkKept(key)
    await place.checkNoLookalikes(key, kept)
  }
}
