import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StorageError } from '@stowage/core'
import { formatFilter, parseFilter } from '@stowage/core/driver'
import { filterCases, refusedFilters } from '@stowage/core/truth-tables'
import fc from 'fast-check'
import { parseFilterText, parseProjectionText, parseSortText } from 'stowage/filter-text'
import { expect, test } from 'vitest'

const scalars = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
const keys = fc.oneof(fc.constantFrom('a', 'b', 'constructor', 'a b', '1'), fc.string({ unit: 'grapheme' }))
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
// Under $eq any value is data, so only the reading of the text decides.
const filters = values.map((value) => ({ a: { $eq: value } }))

test('JSON is read the same with and without the parser behind the gate', async () => {
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const text = JSON.stringify(filter)
      fc.pre(!text.includes('__proto__'))
      expect(await outcome(text)).toEqual(objectOutcome(JSON.parse(text)))
      const escaped = text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
      expect(await outcome(`/* not JSON */ ${escaped}`)).toEqual(objectOutcome(JSON.parse(text)))
    }),
    { numRuns: 200 },
  )
})

function objectOutcome(filter: unknown): unknown {
  try {
    return formatFilter(parseFilter(filter))
  } catch {
    return 'refused'
  }
}

async function outcome(text: string): Promise<unknown> {
  return parseFilterText(text).catch((error: unknown) => {
    if (StorageError.is(error, 'invalid-argument')) return 'refused'
    throw error
  })
}

test.each(['\u2028', '\u2029'])(
  'an invisible line separator is data in JSON, and refused beside it: %j',
  async (mark) => {
    expect(await parseFilterText(JSON.stringify({ a: mark }))).toEqual({ a: mark })
    const escape = mark === '\u2028' ? '\\u2028' : '\\u2029'
    for (const text of [`{a: "${mark}"}`, `{a: 1, // hidden${mark}b: 2\n}`, `{a: 1,${mark}}`]) {
      await expect(parseFilterText(text)).rejects.toThrow(`write ${escape} within quotes`)
    }
    expect(await parseFilterText(`{a: "${escape}"}`)).toEqual({ a: mark })
  },
)

test('what core writes is read back as the same filter, as JSON and as people write it', async () => {
  for (const [, filter] of filterCases.flatMap(({ cases }) => cases)) {
    const written = formatFilter(parseFilter(filter))
    // Text refuses this name; objects may have it.
    if (JSON.stringify(written).includes('__proto__')) continue
    expect(await parseFilterText(JSON.stringify(written))).toEqual(written)
    expect(await parseFilterText(shellText(written))).toEqual(written)
  }
})

/** Writes keys without quotes where the shell allows that, text in single quotes, and trailing commas. */
function shellText(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (Array.isArray(value)) return `[${value.map((item) => `${shellText(item)},`).join(' ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
  return `{${entries.map(([key, item]) => `${/^[a-z$_]\w*$/i.test(key) ? key : shellText(key)}: ${shellText(item)},`).join(' ')}}`
}

test('what core refuses of an object, it refuses of text', async () => {
  for (const [filter] of refusedFilters) {
    const text = jsonText(filter)
    if (text === undefined) continue
    expect(await outcome(text)).toBe('refused')
    expect(await outcome(shellText(filter))).toBe('refused')
  }
})

/** Gives undefined for what JSON can't write, or writes as something else: undefined, NaN, bigint, cycles. */
function jsonText(filter: unknown): string | undefined {
  try {
    const text = JSON.stringify(filter)
    expect(JSON.parse(text)).toStrictEqual(filter)
    return text
  } catch {
    return undefined
  }
}

const marks = '{ } [ ] ( ) , : " \' ` / \\ . ... => */ /* // $ # = ! ? ${ - 0x 1e 1'.split(' ')
const words = 'a "a" $gt $in null new ObjectId ISODate RegExp __proto__ undefined function class'.split(' ')
const pieces = fc.constantFrom(...marks, ...words, ' ', '\n', '\u2028', '\ud800')

test.each([parseFilterText, parseSortText, parseProjectionText])(
  'garbage never throws anything else: %o',
  async (parse) => {
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
      fc.array(pieces, { maxLength: 8 }).map((parts) => `{a: ${parts.join('')}}`),
    )
    await fc.assert(
      fc.asyncProperty(garbage, async (text) => {
        const failure = await parse(text).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(failure === undefined || StorageError.is(failure, 'invalid-argument')).toBe(true)
      }),
      { numRuns: 300 },
    )
  },
)

test('JSON text does not load the parser, other text does', async () => {
  const program = `
    import { createRequire } from 'node:module'
    import { parseFilterText } from 'stowage/filter-text'
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('bson'))
    await parseFilterText('{"a": {"$gt": 5}}')
    const before = isLoaded()
    await parseFilterText('{a: 5}')
    console.log(before, isLoaded())`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
  })
  expect(stdout.trim()).toBe('false true')
})
