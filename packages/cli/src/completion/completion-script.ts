import type { Command } from 'commander'

/** The shells that scripts are made for. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** A shell that a script is made for. */
export type Shell = (typeof shells)[number]

/** What may follow the words of a command. */
interface Place {
  /** The command's words, without the program's name. */
  readonly words: readonly string[]
  /** Its own commands. */
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  /** Its options. */
  readonly flags: readonly { readonly name: string; readonly description: string }[]
}

/** Writes a script that completes commands and options in a shell. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, [])
  if (shell === 'fish') return fishScript(places)
  const script = bashScript(places)
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`
}

function placesOf(command: Command, words: readonly string[]): Place[] {
  const commands = command.commands.map((one) => ({ name: one.name(), description: one.description() }))
  const flags = command.options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ name: long ?? short ?? '', description }))
  const below = command.commands.flatMap((one) => placesOf(one, [...words, one.name()]))
  return [{ words, commands, flags: [...flags, { name: '--help', description: 'print help' }] }, ...below]
}

function bashScript(places: readonly Place[]): string {
  const cases = places.map(({ words, commands, flags }) => {
    const names = [...commands, ...flags].map(({ name }) => name)
    return `    '${words.join(' ')}') words='${[...new Set(names)].join(' ')}' ;;`
  })
  return `_stowage() {
  local word place='' words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${place:+$place }$word" in
${[...new Set(places.map(({ words }) => words.join(' ')))]
  .filter((words) => words !== '')
  .map((words) => `      '${words}') place='${words}' ;;`)
  .join('\n')}
    esac
  done
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _stowage stowage
`
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ words, commands, flags }) => {
    const condition = conditionOf(
      words,
      commands.map(({ name }) => name),
    )
    return [
      ...commands.map(
        ({ name, description }) => `complete -c stowage -n ${condition} -f -a ${name} -d ${quoted(description)}`,
      ),
      ...flags.map(
        ({ name, description }) =>
          `complete -c stowage -n ${condition} -l ${name.replace(/^-+/, '')} -d ${quoted(description)}`,
      ),
    ]
  })
  return `${lines.join('\n')}\n`
}

function conditionOf(words: readonly string[], below: readonly string[]): string {
  const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
  const unseen = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`]
  return quoted([...seen, ...unseen].join('; and ') || 'true')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
