/**
 * Splits a command line into words as a shell does, as far as completion needs it: quotes and backslashes count, nothing is
 * expanded. What is being typed is the last word, which is empty behind a space.
 */
export function splitLine(line: string): string[] {
  const words: string[] = []
  const parts = /\s+|"((?:[^"\\]|\\[^])*)"?|'([^']*)'?|\\([^])|([^\s"'\\]+)|\\$/g
  let word: string | undefined
  for (const [whole, double, single, escaped, plain] of line.matchAll(parts)) {
    if (/^\s/.test(whole)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (double?.replaceAll(/\\([^])/g, '$1') ?? single ?? escaped ?? plain ?? '')
  }
  return [...words, word ?? '']
}
