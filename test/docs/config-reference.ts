import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { adapter as abeja } from '@stowage/adapter-abeja'
import { adapter as dcss } from '@stowage/adapter-dcss'
import { adapter as keboola } from '@stowage/adapter-keboola'
import { adapter as local } from '@stowage/adapter-local'
import { adapter as zerodb } from '@stowage/adapter-zerodb'
import { builtInLayers, type LayerDescription } from '@stowage/core/driver'
import { readText } from '../packages/workspace.ts'
import { code, fillTemplate, markdownTable } from './markdown.ts'
import { tableRows } from './page-table.ts'

/** Where the generated page lies. */
export const configReferenceFile = fileURLToPath(new URL('../../docs/config-reference.md', import.meta.url))

/** The part of a JSON Schema this page shows. */
interface KeySchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly KeySchema[]
  readonly items?: KeySchema
  readonly description?: string
  readonly default?: number | string | boolean | object
  readonly properties?: Readonly<Record<string, KeySchema>>
}

interface ConfigSchema extends KeySchema {
  readonly anyOf: readonly KeySchema[]
  readonly $defs: Readonly<Record<string, KeySchema>>
}

/** One key of a configuration, as the page shows it. */
export interface ConfigKey {
  readonly name: string
  readonly type: string
  readonly default: string
  readonly unit: string
  readonly variables: readonly string[]
  readonly means: string
}

/** The adapters whose options the page lists, with the heading of the table of options on their own page. */
const adapters = [
  { definition: local, title: 'The embedded backend' },
  { definition: keboola, title: 'Keboola Storage' },
  { definition: zerodb, title: 'ZeroDB' },
  { definition: abeja, title: 'ABEJA Platform' },
  { definition: dcss, title: 'Duckietown Cloud Storage (DCSS)' },
]

/** Gives the page of all keys, from the JSON Schema of a configuration and the layers' own tables. */
export async function configReference(): Promise<string> {
  const schema = JSON.parse(readText('docs/config.schema.json')) as ConfigSchema
  const template = await readFile(new URL('config-reference.template.md', import.meta.url), 'utf8')
  return fillTemplate(template, {
    'top keys': keyTable(topKeys(schema)),
    'backend keys': keyTable(backendKeys(schema)),
    adapters: adapters.map((one) => adapterSection(schema, one.definition.name, one.title)).join('\n\n'),
    layers: builtInLayers.map(layerSection).join('\n\n'),
  })
}

function topKeys(schema: ConfigSchema): ConfigKey[] {
  return Object.entries(schema.anyOf[0]?.properties ?? {}).map(([name, key]) => ({
    ...configKey(name, key),
    variables: name === 'default' ? ['STOWAGE_DEFAULT'] : [],
  }))
}

function backendKeys({ $defs }: ConfigSchema): ConfigKey[] {
  const { adapter = {} } = $defs['otherBackend']?.properties ?? {}
  const names = ['emulation', 'layers', 'requires'] as const
  const shared = names.map((name) => configKey(name, $defs[name] ?? {}))
  return [{ ...configKey('adapter', adapter), default: 'needed' }, ...shared]
}

function adapterKeys({ $defs }: ConfigSchema, name: string, title: string): ConfigKey[] {
  // The backend's page is checked against the driver, and has names and defaults that the driver knows by itself.
  const rows = tableRows(readText(`docs/backends/${name}.md`), title)
  const rowByOption = new Map(rows.map((row) => [row[0], row]))
  const shared = new Set(['$schema', 'adapter', 'emulation', 'layers', 'requires'])
  const properties = Object.entries($defs[`${name}Backend`]?.properties ?? {})
  return properties
    .filter(([option]) => !shared.has(option))
    .map(([option, schema]) => {
      const key = configKey(option, schema)
      const [, , without = '', names = ''] = rowByOption.get(code(option)) ?? []
      const own = [...names.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '')
      return { ...key, default: key.default || without, variables: [...key.variables, ...own] }
    })
}

function adapterSection(schema: ConfigSchema, name: string, title: string): string {
  return `### Adapter ${name}\n\n[${title}](backends/${name}.md).\n\n${keyTable(adapterKeys(schema, name, title))}`
}

function layerSection({ name, description, options }: LayerDescription): string {
  const heading = `### Layer ${name}\n\n${description} [More](layers.md#${name.toLowerCase()}).`
  const keys = Object.entries(options).map(([option, { isRequired, values, ...rest }]) => {
    const key = configKey(option, { ...rest, ...(values === undefined ? {} : { enum: values }) })
    return { ...key, variables: [], default: isRequired === true ? 'needed' : key.default }
  })
  return keys.length === 0 ? `${heading} It has no options.` : `${heading}\n\n${keyTable(keys, 'option')}`
}

function configKey(name: string, schema: KeySchema): ConfigKey {
  const description = (schema.description ?? '').replace(/ Read from \w+ when it is left out\./, '')
  const [, means = '', told = ''] = /^(.*?)[.;]? ?(?:Default:? (.*?))?\.?$/s.exec(markSecret(description)) ?? []
  return {
    name,
    type: typeOf(schema),
    default: schema.default === undefined ? valueText(told, typeOf(schema)) : defaultText(schema.default, told),
    unit: unitOf(name, typeOf(schema)),
    variables: name === '$schema' || name === 'default' || name === 'backends' ? [] : [configVariable(name)],
    means: codeQuoted(means),
  }
}

function markSecret(description: string): string {
  const [before = '', after] = description.split(' A secret: ')
  return after === undefined ? before : `**Secret.** ${before}`
}

function defaultText(value: number | string | boolean | object, told: string): string {
  // What the prose says is easier to read than 5368709120, or an empty list.
  if (typeof value === 'object' || value === '' || /MiB|GiB/.test(told)) return told.replace(/,.*$/, '') || 'none'
  return typeof value === 'number' ? value.toLocaleString('en') : code(String(value))
}

function valueText(told: string, type: string): string {
  return type.includes(code(told)) || (type === 'boolean' && told !== '') ? code(told) : told
}

/** Names in double quotes stand for values: shown as code. */
function codeQuoted(text: string): string {
  return text.replaceAll(/"([^" ]+)"/g, '`$1`')
}

function typeOf(schema: KeySchema): string {
  // Each option may also be a text with a variable in it, which the page says once.
  const [value = schema] = schema.anyOf ?? []
  if (schema.enum !== undefined) return schema.enum.map(code).join(' or ')
  if (value !== schema) return typeOf(value)
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'list of texts' : 'list'
  if (schema.type === 'string') return 'text'
  if (schema.type === 'integer') return 'whole number'
  return String(schema.type ?? '')
}

const unitByName: readonly (readonly [RegExp, string])[] = [
  [/Ms$|^perOperation$/, 'milliseconds'],
  [/Bytes$/, 'bytes'],
  [/perMinute$/i, 'requests a minute'],
  [/^maxRows/, 'rows'],
  [/^burst$/, 'requests'],
  [/^max(Queued)?$/, 'calls'],
  [/^maxAttempts$/, 'times'],
]

function unitOf(name: string, type: string): string {
  if (!/number|object/.test(type)) return ''
  return unitByName.find(([pattern]) => pattern.test(name))?.[1] ?? ''
}

function configVariable(option: string): string {
  const words = option.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
  return `STOWAGE_${words.toUpperCase()}`
}

function keyTable(keys: readonly ConfigKey[], first = 'key'): string {
  const columns: readonly (readonly [string, (key: ConfigKey) => string])[] = [
    [first, ({ name }) => code(name)],
    ['means', ({ means }) => means],
    ['type and unit', ({ type, unit }) => (unit === '' ? type : `${type}: ${unit}`)],
    ['default', (key) => codeQuoted(key.default)],
    ['variables', ({ variables }) => variables.map(code).join(', ')],
  ]
  // A column that says nothing only takes the width.
  const filled = columns.filter(([, cellOf]) => keys.some((key) => cellOf(key) !== ''))
  return markdownTable(
    filled.map(([head]) => head),
    keys.map((key) => filled.map(([, cellOf]) => cellOf(key))),
  )
}

if (import.meta.main) {
  await writeFile(configReferenceFile, await configReference())
  console.log(`wrote ${configReferenceFile}`)
}
