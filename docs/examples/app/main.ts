/**
 * The gallery as a program: `node main.ts config/local.ts`. It serves on the port in `PORT`, by default one that is free, until it is
 * told to stop (SIGINT, SIGTERM); what is being answered then is answered to the end.
 */
import { once } from 'node:events'
import { readConfig } from './app-config.ts'
import { createContainer } from './container.ts'
import { Gallery } from './gallery.ts'
import { createRoutes } from './http/routes.ts'
import { serve } from './http/serve.ts'

const [configPath = 'config/local.ts'] = process.argv.slice(2)
const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

try {
  const container = await createContainer(await readConfig(configPath))
  try {
    const routes = createRoutes(await container.getAsync(Gallery))
    const server = await serve(routes, Number(process.env['PORT'] ?? 0))
    console.log(`the gallery is at ${server.url}`)
    await stopped
    await server.close()
  } finally {
    await container.unbindAllAsync()
  }
} catch (error) {
  console.error(`the gallery can't run: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
