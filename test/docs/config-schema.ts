import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { configSchema } from 'stowage'

/** Where the JSON Schema of a configuration lies. */
export const configSchemaFile = fileURLToPath(new URL('../../docs/config.schema.json', import.meta.url))

if (import.meta.main) {
  await writeFile(configSchemaFile, `${JSON.stringify(await configSchema(), undefined, 2)}\n`)
  console.log(`wrote ${configSchemaFile}`)
}
