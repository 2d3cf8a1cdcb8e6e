import { z } from 'zod'
import { adapterPackages } from '../adapters/adapter-table.ts'
import { type AnyAdapter, type JsonSchema, optionTable } from '../adapters/option-schema.ts'
import type { KnownLayer, KnownOption } from './check-layers.ts'
import { knownLayers } from './known-layers.ts'
import { ownKeysSchema } from './own-keys.ts'

/** The schemas of backends: one for each adapter, and what they share. */
export interface BackendSchemas {
  /** By name, for `$defs`. */
  readonly definitions: Readonly<Record<string, JsonSchema>>
  /** A backend with any adapter. */
  readonly backend: JsonSchema
}

/** Builds the schemas of backends from our own keys, the layers and the adapters' options. */
export function backendSchemas(adapters: readonly AnyAdapter[]): BackendSchemas {
  const layer = layerSchema(knownLayers())
  const { adapter: adapterKey = {}, ...shared } = ownSchemas()
  const own = ownProperties({ adapter: adapterKey, ...shared })
  const definitions: Record<string, JsonSchema> = { ...shared, layer, otherBackend: otherBackend(own, adapters) }
  for (const adapter of adapters) definitions[`${adapter.name}Backend`] = adapterBackend(own, adapter)
  const names = [...adapters.map(({ name }) => `${name}Backend`), 'otherBackend']
  const backend = { anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) }
  return { definitions: { ...definitions, backend }, backend: { $ref: '#/$defs/backend' } }
}

/** The key by which a file in JSON names its schema. */
export const schemaKey: JsonSchema = { type: 'string', description: 'Where this schema is, for editors.' }

type Properties = Readonly<Record<string, JsonSchema>>

function ownSchemas(): Properties {
  const { properties = {} } = z.toJSONSchema(ownKeysSchema, { io: 'input' }) as JsonSchema
  const layers = { ...properties['layers'], items: { $ref: '#/$defs/layer' } }
  return { ...properties, emulation: orVariable(properties['emulation'] ?? {}), layers }
}

// Described once, however many adapters there are.
function ownProperties({ adapter = {}, ...shared }: Properties): Properties {
  const references = Object.keys(shared).map((name) => [name, { $ref: `#/$defs/${name}` }] as const)
  // A configuration in the short form is a backend, so that one names its schema too.
  return { $schema: schemaKey, adapter, ...Object.fromEntries(references) }
}

function adapterBackend(own: Properties, definition: AnyAdapter): JsonSchema {
  const { options, required, isClosed } = optionTable(definition)
  const described = [...options].map(([name, schema]) => [name, describeOption(name, schema, definition)] as const)
  // What a variable of the environment can give need not stand in a configuration.
  const needed = [...required].filter((name) => !Object.hasOwn(definition.environment, name))
  return {
    type: 'object',
    properties: { ...own, adapter: { ...own['adapter'], const: definition.name }, ...Object.fromEntries(described) },
    required: ['adapter', ...needed],
    additionalProperties: !isClosed,
  }
}

function describeOption(name: string, schema: JsonSchema, { environment, secretOptions }: AnyAdapter): JsonSchema {
  const variable = Object.hasOwn(environment, name) ? environment[name] : undefined
  const notes = [
    ...(typeof schema['description'] === 'string' ? [schema['description']] : []),
    ...(variable === undefined ? [] : [`Read from ${variable} when it is left out.`]),
    ...(secretOptions.includes(name) ? ['A secret: write "${VAR}" rather than the value.'] : []),
  ]
  const option = orVariable(schema)
  return notes.length === 0 ? option : { ...option, description: notes.join(' ') }
}

function otherBackend(own: Properties, adapters: readonly AnyAdapter[]): JsonSchema {
  const described = new Set(adapters.map(({ name }) => name))
  const examples = [...adapterPackages.keys()].filter((name) => !described.has(name))
  return {
    type: 'object',
    // Each adapter is in one branch only, so that an editor shows its keys alone.
    properties: { ...own, adapter: { ...own['adapter'], not: { enum: adapters.map(({ name }) => name) }, examples } },
    required: ['adapter'],
    additionalProperties: true,
  }
}

function layerSchema(layers: ReadonlyMap<string, KnownLayer>): JsonSchema {
  const names = [...layers].map(([name, { description }]) => ({ const: name, description }))
  const objects = [...layers].map(([name, layer]) => ({
    type: 'object',
    properties: { [name]: optionsSchema(layer) },
    required: [name],
    additionalProperties: false,
  }))
  return {
    description: 'The name of a layer, or an object with its name alone as key and its options.',
    anyOf: [...names, ...objects],
  }
}

function optionsSchema({ description, options }: KnownLayer): JsonSchema {
  const properties = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, optionSchema(option)]))
  const required = Object.keys(options).filter((name) => options[name]?.isRequired === true)
  const type = required.length === 0 ? ['object', 'null'] : 'object'
  return { type, description, properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false }
}

function optionSchema(option: KnownOption): JsonSchema {
  const { type, isInteger = false, isRequired: _, values, ...rest } = option
  return orVariable({ type: isInteger ? 'integer' : type, ...rest, ...(values === undefined ? {} : { enum: values }) })
}

const variable: JsonSchema = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}' }

// Where anything but free text is expected, the text of a variable may stand as well.
function orVariable(schema: JsonSchema): JsonSchema {
  const { description, default: fallback, type, ...constraints } = schema
  const isFreeText = Object.keys(constraints).every((keyword) => keyword === 'format' || keyword === 'minLength')
  if (type === 'string' && isFreeText) return schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [{ ...(type === undefined ? {} : { type }), ...constraints }, variable],
  }
}
