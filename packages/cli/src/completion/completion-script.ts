/** The shells that scripts are made for. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** A shell that a script is made for. */
export type Shell = (typeof shells)[number]

/** Gives the script that completes in a shell. It asks `stowage complete` each time, so that an update needs no new script. */
export function completionScript(shell: Shell): string {
  return scripts[shell]
}

// Bash takes ":" for the end of a word, and replaces only what follows it.
const bash = `_stowage() {
  local line="\${COMP_LINE:0:COMP_POINT}" word head='' candidate
  word="\${line##*[[:space:]]}"
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then head="\${word%"\${word##*:}"}"; fi
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    printf -v candidate %q "\${candidate#"$head"}"
    COMPREPLY+=("$candidate")
  done < <(stowage complete --line "$line" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[:/] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _stowage stowage
`

const zsh = `#compdef stowage
_stowage() {
  local line candidate
  local -a whole wholeShown open openShown
  while IFS= read -r line; do
    candidate="\${line%%$'\\t'*}"
    if [[ $candidate == *[:/] ]]; then
      open+=("$candidate") openShown+=("\${line/$'\\t'/  -- }")
    else
      whole+=("$candidate") wholeShown+=("\${line/$'\\t'/  -- }")
    fi
  done < <(stowage complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( $#whole )); then compadd -l -d wholeShown -a -- whole; fi
  if (( $#open )); then compadd -l -S '' -d openShown -a -- open; fi
  if (( $#whole + $#open == 0 )); then _files; fi
}
compdef _stowage stowage
if [[ "$funcstack[1]" == _stowage ]]; then _stowage "$@"; fi
`

const fish = `function __stowage_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found (stowage complete -- $words[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c stowage -f -a '(__stowage_complete)'
`

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish }
