import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { abeja } from './abeja.ts'
import { addCommonOptions, type CommonServeOptions, faultHelp } from './common-options.ts'
import { dcss } from './dcss.ts'
import { keboola } from './keboola.ts'
import { ownOption, portOption, tokenOption } from './own-options.ts'
import { serveUntilStopped } from './serve-apis.ts'
import { addSeveral } from './serve-several.ts'
import type { ServedApi } from './served-api.ts'
import { zerodb } from './zerodb.ts'

/** Every API that can be served. */
const apis: readonly ServedApi[] = [dcss, abeja, keboola, zerodb]

/** The options every API takes when it is served alone, as commander gives them. */
interface ServeOptions extends CommonServeOptions {
  readonly port: number
  readonly token?: string
}

/** Adds `stowage serve <api>`. */
export function addServe(program: Command, context: CommandContext): void {
  const known = apis.map(({ name }) => name).join(', ')
  const serve = program
    .command('serve')
    .description('serve a storage through the wire API of a service')
    .argument('[api]', `what to serve: ${known}; several with commas between, or all`)
    .usage('<api> [options]')
    .passThroughOptions()
    .allowExcessArguments()
    .showHelpAfterError('See "stowage serve --help".')
    .action((api: string | undefined) => {
      if (api === undefined) return serve.error(`error: say which API to serve: ${known}`)
      if (api.includes(',')) return several.run(api, serve.args.slice(1))
      return serve.error(`error: unknown API '${api}': use ${known}`)
    })
  for (const api of apis) addApi(serve, api, context)
  const several = addSeveral(serve, apis, context)
}

function addApi(serve: Command, api: ServedApi, context: CommandContext): void {
  const command = serve
    .command(api.name)
    .description(api.description)
    .addOption(portOption())
    .addOption(tokenOption())
    .showHelpAfterError(`See "stowage serve ${api.name} --help".`)
    .addHelpText('after', `${faultHelp()}\nExample:\n  $ ${api.example}\n`)
  addCommonOptions(command)
  for (const option of api.options) command.addOption(ownOption(option))
  command.action((options: ServeOptions) => {
    const own = Object.fromEntries(
      api.options.map((option) => [option.name, command.getOptionValue(ownOption(option).attributeName()) as unknown]),
    )
    const { port, token } = options
    return serveUntilStopped([{ api, port, token, own }], options, command, context)
  })
}
