import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { abeja } from './abeja.ts'
import { dcss } from './dcss.ts'
import { keboola } from './keboola.ts'
import { readPort } from './port.ts'
import type { RunningApi, ServedApi, ServeRequest } from './served-api.ts'
import { openServedStorage } from './served-storage.ts'
import { zerodb } from './zerodb.ts'

/** Every API that can be served. */
const apis: readonly ServedApi[] = [dcss, abeja, keboola, zerodb]

/** The options every API takes, as commander gives them. */
interface ServeOptions {
  readonly backend?: string
  readonly dir?: string
  readonly host: string
  readonly port: number
  readonly token?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly allowRemote: boolean
  readonly json: boolean
}

/** Adds `stowage serve <api>`. */
export function addServe(program: Command, context: CommandContext): void {
  const known = apis.map(({ name }) => name).join(', ')
  const serve = program
    .command('serve')
    .description('serve a storage through the wire API of a service')
    .argument('[api]', `what to serve: ${known}`)
    .usage('<api> [options]')
    .passThroughOptions()
    .allowExcessArguments()
    .showHelpAfterError('See "stowage serve --help".')
    .action((api: string | undefined) => {
      if (api === undefined) serve.error(`error: say which API to serve: ${known}`)
      serve.error(`error: unknown API '${api}': use ${known}`)
    })
  for (const api of apis) addApi(serve, api, context)
}

function addApi(serve: Command, api: ServedApi, context: CommandContext): void {
  const command = serve
    .command(api.name)
    .description(api.description)
    .addOption(new Option('--backend <name>', 'a backend of the configuration').conflicts('dir'))
    .option('--dir <path>', 'keep the data of the embedded backend there (default: in memory)')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(new Option('--port <port>', 'the port, 0 for a free one').argParser(readPort).default(0))
    .option('--token <token>', "the token clients use (default: the API's sample)")
    .option('--tls-cert <file>', 'certificate in PEM, with --tls-key: serve https')
    .option('--tls-key <file>', 'private key in PEM')
    .option('--allow-remote', 'let others reach it without a token of your own and TLS', false)
    .option('--json', 'print what a client needs as one line of JSON', false)
    .showHelpAfterError(`See "stowage serve ${api.name} --help".`)
    .addHelpText('after', `\nExample:\n  $ ${api.example}\n`)
  api.addOptions(command)
  command.action((options: ServeOptions) => serveUntilStopped(api, options, command, context))
}

async function serveUntilStopped(
  api: ServedApi,
  options: ServeOptions,
  command: Command,
  context: CommandContext,
): Promise<void> {
  const tls = await readTls(options, command)
  // From here on a signal must find somebody to listen.
  const stopped = context.untilStopped()
  const { consoleLogger } = await import('@stowage/core/driver')
  const logger = consoleLogger({ write: (line) => context.error(`${line}\n`) })
  const storage = await openServedStorage({ backend: options.backend, dir: options.dir })
  try {
    const { host, port, token, allowRemote } = options
    const request = { storage, host, port, token, tls, allowRemote, logger, own: command.opts() }
    const running = await api.start(request)
    try {
      announce(api, running, options, context)
      await stopped
      logger.info('stopping: requests that are being answered may finish')
    } finally {
      await running.close()
    }
  } finally {
    await storage.close()
  }
}

function announce(
  api: ServedApi,
  { access, summary }: RunningApi,
  { json }: ServeOptions,
  { out }: CommandContext,
): void {
  out(json ? `${JSON.stringify({ api: api.name, ...access })}\n` : `Serving ${api.name}: ${summary}\n`)
}

async function readTls({ tlsCert, tlsKey }: ServeOptions, command: Command): Promise<ServeRequest['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    return command.error('error: --tls-cert and --tls-key go together: give both')
  }
  return { cert: await readPem(tlsCert, command), key: await readPem(tlsKey, command) }
}

async function readPem(file: string, command: Command): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return command.error(`error: ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
