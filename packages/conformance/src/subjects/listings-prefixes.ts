import assert from 'node:assert/strict'
import { type Check, check, type CheckOptions } from '../check.ts'
import type { CheckContext } from '../check-context.ts'
import { expectedEntries, listedEntries, type Question } from './listing-oracle.ts'
import { makeFiles } from './made-files.ts'

const needs: CheckOptions = { needs: ['files.write', 'files.list'] }

/** Prefixes and delimiters. */
export const listingPrefixChecks: readonly Check[] = [
  check('listings/prefix', 'a prefix is text: it need not end at a slash', needs, (context) =>
    checkQuestions(
      context,
      ['a', 'a/b', 'a/bc', 'ab', 'abc/d', 'b', 'ba'],
      [{ prefix: 'a' }, { prefix: 'ab' }, { prefix: 'a/' }, { prefix: 'a/b' }, { prefix: 'b' }],
    ),
  ),
  check('listings/prefix-nothing', 'a prefix that matches nothing gives nothing', needs, (context) =>
    checkQuestions(
      context,
      ['a/b', 'b'],
      [{ prefix: 'c' }, { prefix: 'a/b/' }, { prefix: 'a//' }, { prefix: 'B' }, { prefix: 'b ' }],
    ),
  ),
  check('listings/prefix-key', 'a prefix that is a key gives that file as well', needs, (context) =>
    checkQuestions(
      context,
      ['a', 'a/b', 'a/b/c', 'ab'],
      [{ prefix: 'a' }, { prefix: 'a/b' }, { prefix: 'a/b/c' }, { prefix: 'ab' }],
    ),
  ),
  check(
    'listings/prefix-no-pattern',
    'a prefix is no pattern: wildcards and case stand for themselves',
    needs,
    (context) =>
      checkQuestions(
        context,
        ['a%b', 'axb', 'a_b', 'a*b', 'a.b', 'A', 'a[b]', 'a?b', 'ab'],
        ['a%', 'a_', 'a*', 'a.', 'a[', 'a?', 'A', 'ax', '%', '_', '*', '.'].map((prefix) => ({ prefix })),
      ),
  ),
  check('listings/prefix-unicode', 'a prefix beyond ASCII gives what begins with it', needs, (context) =>
    checkQuestions(
      context,
      ['é/a', 'e\u0301/a', 'É/a', '🐈', '🐈‍⬛', '🐈/a', '\u{1f409}', '\u{10ffff}', '\u{10ffff}a', '日本/a', '日'],
      ['é', 'e', 'e\u0301', '🐈', '\u{10ffff}', '日', '日本/'].map((prefix) => ({ prefix })),
    ),
  ),
  check(
    'listings/delimiter',
    'with a delimiter, what lies below it comes as one entry, and files beside it as files',
    needs,
    (context) =>
      checkQuestions(
        context,
        ['a', 'a/1', 'a/2', 'a/b/3', 'b/c/d', 'e', 'f/', '/g', '//h', 'i/j'],
        [{ delimiter: '/' }],
      ),
  ),
  check('listings/delimiter-below', 'with a prefix and a delimiter, one level is shown', needs, (context) =>
    checkQuestions(
      context,
      ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'a/b/c/5', 'a/', 'a//6', 'ab/7', 'a'],
      ['a/', 'a', 'a/b', 'a/b/', 'a/b/c/', 'a//', 'none/', ''].map((prefix) => ({ prefix, delimiter: '/' })),
    ),
  ),
  check('listings/delimiter-other', 'any character may be the delimiter', needs, (context) =>
    checkQuestions(
      context,
      ['a-b', 'a-c', 'a/b-c', 'b', 'é🐈1', 'é🐈2', 'é', 'x y', 'x z', '-', '--'],
      ['-', '🐈', ' ', 'é', 'a', '/'].map((delimiter) => ({ delimiter })),
    ),
  ),
  check('listings/delimiter-long', 'a delimiter may be several characters', needs, (context) =>
    checkQuestions(
      context,
      ['a::b', 'a::c', 'a:b', 'a:::d', '::x', 'b/x/c', 'b/x/d', 'b/xy'],
      [{ delimiter: '::' }, { delimiter: '/x/' }, { prefix: 'a', delimiter: '::' }, { prefix: 'a:', delimiter: '::' }],
    ),
  ),
  check('listings/delimiter-none', 'an empty delimiter folds nothing', needs, (context) =>
    checkQuestions(context, ['a/b', 'a/c', 'd'], [{ delimiter: '' }, { prefix: 'a/', delimiter: '' }]),
  ),
]

async function checkQuestions(
  context: CheckContext,
  keys: readonly string[],
  questions: readonly Question[],
): Promise<void> {
  const area = await makeFiles(context, keys)
  for (const question of questions) {
    for (const pageSize of [1000, 2]) {
      const found = await listedEntries(area, { ...question, pageSize })
      assert.deepEqual(found, expectedEntries(keys, question), JSON.stringify({ ...question, pageSize }))
    }
  }
}
