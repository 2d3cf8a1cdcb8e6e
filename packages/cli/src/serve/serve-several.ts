import { type Command, InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { addCommonOptions, type CommonServeOptions, faultHelp } from './common-options.ts'
import { ownOption, portOption, tokenOption } from './own-options.ts'
import { type ChosenApi, serveUntilStopped } from './serve-apis.ts'
import type { ServedApi } from './served-api.ts'

/** Serves several APIs at once. */
export interface SeveralCommand {
  /** Serves those whose names stand with commas between. */
  run(names: string, words: readonly string[]): Promise<void>
}

/** Adds `stowage serve all`, which serves lists of names as well: options that one API has, have its name before them. */
export function addSeveral(serve: Command, apis: readonly ServedApi[], context: CommandContext): SeveralCommand {
  const command = serve
    .command('all')
    .description('all of these at once, over one storage; some of them with commas between: keboola,zerodb')
    .showHelpAfterError('See "stowage serve all --help".')
    .addHelpText('after', `${faultHelp()}\nExample:\n  $ stowage serve keboola,dcss --dir ./data --keboola-port 4000\n`)
  addCommonOptions(command)
  const prefixed = new Map(apis.map((api) => [api, prefixedOptions(api)]))
  for (const options of prefixed.values()) for (const { option } of options) command.addOption(option)
  for (const option of bareOptions(apis)) command.addOption(option)
  let chosen = apis
  command.action((options: CommonServeOptions) => {
    refuseOthers(command, prefixed, chosen)
    return serveUntilStopped(
      chosen.map((api) => choose(api, prefixed, command)),
      options,
      command,
      context,
    )
  })
  return {
    run: async (names, words) => {
      chosen = readNames(names, apis, serve)
      await command.parseAsync(words, { from: 'user' })
    },
  }
}

interface PrefixedOption {
  /** The name it has when the API is served alone. */
  readonly name: string
  readonly option: Option
}

function prefixedOptions({ name: api, options }: ServedApi): PrefixedOption[] {
  const own = options.map((one) => ({ name: one.name, option: ownOption(one, `${api}-`) }))
  return [{ name: 'port', option: portOption(`${api}-`) }, { name: 'token', option: tokenOption(`${api}-`) }, ...own]
}

/** Options that one API has are refused without its name, and with the hint that it is missing. */
function bareOptions(apis: readonly ServedApi[]): Option[] {
  const names = new Set(['port', 'token', ...apis.flatMap(({ options }) => options.map(({ name }) => name))])
  return [...names].map((name) => {
    const owners = apis.filter(({ options }) => ['port', 'token', ...options.map((one) => one.name)].includes(name))
    const those = owners.map((api) => `--${api.name}-${name}`).join(', ')
    return new Option(`--${name} <value>`).hideHelp().argParser(() => {
      throw new InvalidArgumentError(`It is one API's: write ${those}.`)
    })
  })
}

function refuseOthers(
  command: Command,
  prefixed: ReadonlyMap<ServedApi, readonly PrefixedOption[]>,
  chosen: readonly ServedApi[],
): void {
  for (const [api, options] of prefixed) {
    const given = options.find(({ option }) => command.getOptionValueSource(option.attributeName()) === 'cli')
    if (given === undefined || chosen.includes(api)) continue
    command.error(`error: --${api.name}-${given.name} is for ${api.name}, which is not served: leave it out`)
  }
}

function choose(
  api: ServedApi,
  prefixed: ReadonlyMap<ServedApi, readonly PrefixedOption[]>,
  command: Command,
): ChosenApi {
  const options = prefixed.get(api) ?? []
  const own: Readonly<Record<string, unknown>> = Object.fromEntries(
    options.map(({ name, option }) => [name, command.getOptionValue(option.attributeName()) as unknown]),
  )
  return { api, port: own['port'] as number, token: own['token'] as string | undefined, own }
}

function readNames(names: string, apis: readonly ServedApi[], serve: Command): readonly ServedApi[] {
  return names.split(',').map((given, at, all) => {
    const name = given.trim()
    if (all.findIndex((one) => one.trim() === name) !== at) serve.error(`error: ${name} is given twice: give it once`)
    const found = apis.find((api) => api.name === name)
    return found ?? serve.error(`error: unknown API '${name}': use ${apis.map((api) => api.name).join(', ')}`)
  })
}
