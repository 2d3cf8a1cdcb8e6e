/**
 * Splits a command line of a page into words the way a shell does: quotes, comments, and up to the first pipe or redirection.
 *
 * Continuation lines and substitutions aren't known: pages do without them.
 */
export function shellWords(line: string): string[] {
  const words: string[] = []
  const tokens = line.matchAll(/\s*(?:(#.*)|([|>&;].*)|((?:'[^']*'|"[^"]*"|[^\s'"|>&;])+))/gy)
  for (const [, comment, rest, word] of tokens) {
    if (comment !== undefined || rest !== undefined || word === undefined) break
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))
  }
  return words
}
