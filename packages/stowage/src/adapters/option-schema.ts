import type { AdapterDefinition } from '@stowage/core/driver'

/** A JSON Schema document, as far as we look into it. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly [keyword: string]: unknown
}

/** What is known of an adapter's options before any value is checked. */
export interface OptionTable {
  /** The whole schema. */
  readonly schema: JsonSchema
  /** The schemas of its options. */
  readonly options: ReadonlyMap<string, JsonSchema>
  /** Options that every form of the schema requires. */
  readonly required: ReadonlySet<string>
  /** Whether options beside these are refused. */
  readonly isClosed: boolean
}

/** An adapter, whatever its options: what a definition of any options can be passed as. */
export type AnyAdapter = AdapterDefinition<unknown>

/** Reads an adapter's options from the JSON Schema it gives; a schema that can't give one has an open table. */
export function optionTable(definition: AnyAdapter): OptionTable {
  const schema = inputSchema(definition)
  const forms = formsOf(schema)
  const options = new Map(forms.flatMap(({ properties }) => Object.entries(properties ?? {})))
  const required = new Set([...options.keys()].filter((name) => forms.every((form) => form.required?.includes(name))))
  const isClosed = forms.length > 0 && forms.every(({ additionalProperties }) => additionalProperties === false)
  return { schema, options, required, isClosed }
}

function inputSchema(definition: AnyAdapter): JsonSchema {
  try {
    return definition.optionsSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  } catch {
    // Options without a JSON form (a function, say) are still checked when they are validated.
    return {}
  }
}

// A union of objects lists its forms; their options are known together.
function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  const forms = schema.anyOf ?? schema.oneOf
  if (forms !== undefined) return forms.flatMap(formsOf)
  return schema.properties === undefined ? [] : [schema]
}

/**
 * Reads the text of an environment variable as an option's schema would have it: a number, a flag, or JSON.
 *
 * @returns the text itself where the schema takes text, or where it reads as nothing else
 */
export function readTextAs(text: string, schema: JsonSchema | undefined): unknown {
  const types = schema === undefined ? [] : typesOf(schema)
  if (types.length === 0 || types.includes('string')) return text
  for (const type of types) {
    const value = readers[type]?.(text.trim())
    if (value !== undefined) return value
  }
  return text
}

function typesOf(schema: JsonSchema): readonly string[] {
  const forms = schema.anyOf ?? schema.oneOf
  if (forms !== undefined) return forms.flatMap(typesOf)
  if (schema.type !== undefined) return typeof schema.type === 'string' ? [schema.type] : schema.type
  const values: unknown = schema['const'] === undefined ? schema['enum'] : [schema['const']]
  return Array.isArray(values) ? values.map((value: unknown) => typeof value) : []
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  number: readNumber,
  integer: readNumber,
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  object: readJson,
  array: readJson,
}

function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
