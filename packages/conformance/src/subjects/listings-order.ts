import assert from 'node:assert/strict'
import { type Check, check, type CheckOptions } from '../check.ts'
import { SeededRandom } from '../seeded-random.ts'
import { expectedEntries, listedEntries, type Question } from './listing-oracle.ts'
import { addFiles, makeFiles } from './made-files.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.list'] }

/** A listing is in order of the keys' code points. */
export const listingOrderChecks: readonly Check[] = [
  check(
    'listings/order',
    'keys are listed in order, whatever the order they were written in',
    needs,
    async (context) => {
      const keys = [
        'b',
        'a/b',
        'a',
        'ab',
        'a0',
        'a-b',
        'a b',
        'a!',
        '10',
        '9',
        '1',
        'B',
        'Z',
        '_',
        '~',
        'a/',
        'a.b',
        'a/a',
      ]
      const area = await makeFiles(context, keys)
      assert.deepEqual(await listedEntries(area), expectedEntries(keys, {}))
    },
  ),
  check(
    'listings/order-unicode',
    'keys beyond ASCII are listed in order of code points, not of a language or of UTF-16',
    needs,
    async (context) => {
      const keys = [
        'z',
        'é',
        'e',
        'ä',
        'ß',
        '日',
        'я',
        'Я',
        'ё',
        '\ud7ff',
        '\ue000',
        '\uffff',
        '\u{10000}',
        '🐈',
        '\u{10ffff}',
        '\u{1f408}a',
        '\ufeff',
      ]
      const area = await makeFiles(context, keys)
      assert.deepEqual(await listedEntries(area), expectedEntries(keys, {}))
      for (const pageSize of [1, 2, 5])
        assert.deepEqual(await listedEntries(area, { pageSize }), expectedEntries(keys, {}))
    },
  ),
  check(
    'listings/order-folded',
    'shared prefixes stand where their first key would, among the files',
    needs,
    async (context) => {
      const keys = [
        'a',
        'a-b/c',
        'a/b',
        'a/c',
        'a0',
        'b/\uffff',
        'b/🐈',
        'b',
        'c/d/e',
        '🐈/a',
        '\uffff/a',
        '\ue000',
        '/x',
        '//x',
      ]
      const area = await makeFiles(context, keys)
      for (const pageSize of [1, 2, 3, 100]) {
        const question = { delimiter: '/' }
        const found = await listedEntries(area, { ...question, pageSize })
        assert.deepEqual(found, expectedEntries(keys, question), `in pages of ${pageSize}`)
      }
    },
  ),
  check(
    'listings/random',
    'random keys are listed as looking at every key would',
    { ...needs, timeoutMs: 60_000 },
    async (context) => {
      const area = await context.files()
      const random = new SeededRandom(11)
      const units = ['a', 'b', '/', '-', 'é', '//', '🐈', '\uffff', '%', ' b']
      for (let round = 0; round < 15; round += 1) {
        const makeKey = (): string => random.list(1, 6, () => random.pick(units)).join('')
        const keys = [...new Set(random.list(1, 25, makeKey))].map((key) => `${round}:${key}`)
        await addFiles(area, keys)
        const [question, pageSize] = [randomQuestion(random, round, keys), 1 + random.below(6)]
        const found = await listedEntries(area, { ...question, pageSize })
        assert.deepEqual(found, expectedEntries(keys, question), JSON.stringify({ ...question, pageSize, keys }))
      }
    },
  ),
]

function randomQuestion(random: SeededRandom, round: number, keys: readonly string[]): Question {
  const start = `${round}:`
  const delimiter = random.pick(['', '/', '/', '-', 'b', '//'])
  // Cut between characters: half of one is no prefix.
  const prefix = Array.from(random.pick(keys))
    .slice(0, start.length + random.below(3))
    .join('')
  return { prefix, ...(delimiter === '' ? {} : { delimiter }) }
}
