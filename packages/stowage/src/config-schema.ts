import type { AnyAdapter, JsonSchema } from './adapters/option-schema.ts'

/**
 * Builds the JSON Schema (draft 2020-12) of a configuration, for editors.
 *
 * It is made of the same schemas a configuration is checked with. Adapters it doesn't know may have any options.
 *
 * @param definitions - the adapters whose options it describes. Default: those of Stowage that are installed
 */
export async function configSchema(definitions?: readonly AnyAdapter[]): Promise<object> {
  const [{ backendSchemas, schemaKey }, { installedAdapters }] = await Promise.all([
    import('./config/backend-schema.ts'),
    import('./adapters/load-adapter.ts'),
  ])
  const { definitions: $defs, backend } = backendSchemas(definitions ?? (await installedAdapters()))
  const several: JsonSchema = {
    type: 'object',
    properties: {
      $schema: schemaKey,
      default: {
        type: 'string',
        description:
          'The backend that opens when none is named. Default: the only one; with several, each must then be named.',
      },
      backends: {
        type: 'object',
        description: 'The backends by name.',
        minProperties: 1,
        propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' },
        additionalProperties: backend,
      },
    },
    required: ['backends'],
    additionalProperties: false,
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Stowage configuration',
    description:
      'Several backends by name, or one backend alone. "${VAR}" and "${VAR:-default}" in text are filled in from the environment.',
    anyOf: [several, backend],
    $defs,
  }
}
