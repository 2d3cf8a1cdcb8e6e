import { configSchema } from 'stowage'
import { describe, expect, test } from 'vitest'
import { fakeAdapter } from './fake-adapter.ts'

interface Schema {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly $defs?: Readonly<Record<string, Schema>>
}

const schema = (await configSchema([fakeAdapter()])) as Schema
const backend = schema.$defs?.['fakeBackend']

describe('configSchema', () => {
  test('is a document of draft 2020-12, plain JSON', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
  })

  test('has the options of an adapter beside the keys of every backend', () => {
    expect(Object.keys(backend?.properties ?? {}).toSorted()).toEqual(
      [
        '$schema',
        'adapter',
        'emulation',
        'layers',
        'mode',
        'requires',
        'timeoutMs',
        'token',
        'url',
        'where',
      ].toSorted(),
    )
    expect(backend?.['additionalProperties']).toBe(false)
    expect(backend?.properties?.['adapter']).toMatchObject({ const: 'fake' })
  })

  test('does not require what a variable of the environment can give', () => {
    expect(backend?.required).toEqual(['adapter', 'url'])
  })

  test('says which variable an option is read from, and what is a secret', () => {
    expect(backend?.properties?.['token']?.['description']).toBe(
      'Read from FAKE_TOKEN when it is left out. A secret: write "${VAR}" rather than the value.',
    )
  })

  test('lets a variable stand where a number is expected', () => {
    const forms = backend?.properties?.['timeoutMs']?.anyOf ?? []
    expect(forms[0]).toMatchObject({ type: 'integer' })
    const pattern = new RegExp(String(forms[1]?.['pattern']))
    expect(pattern.test('${TIMEOUT:-5}')).toBe(true)
    expect(pattern.test('5')).toBe(false)
  })

  test('describes every layer, by name and with options', () => {
    const forms = schema.$defs?.['layer']?.anyOf ?? []
    const names = forms.flatMap((form) => form['const'] ?? [])
    expect(names).toContain('retry')
    expect(forms.flatMap(({ required }) => required ?? [])).toEqual(names)
  })

  test('leaves adapters it does not know open', () => {
    expect(schema.$defs?.['otherBackend']).toMatchObject({ additionalProperties: true, required: ['adapter'] })
  })
})
