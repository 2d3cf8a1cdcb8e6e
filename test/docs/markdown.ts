/** Writes a table; bars in cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Writes a text as code. */
export function code(text: string): string {
  return `\`${text}\``
}

/** Fills the `{{names}}` of a page's template; a name without a part is an error, and so is a part nobody names. */
export function fillTemplate(template: string, parts: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(parts))
  const page = template.replace(/\{\{([a-z ]+)\}\}/g, (_, name: string) => {
    unused.delete(name)
    const part = parts[name]
    if (part === undefined) throw new Error(`the template names ${name}, which is none of ${Object.keys(parts).join()}`)
    return part
  })
  if (unused.size > 0) throw new Error(`the template has no place for ${[...unused].join()}`)
  return page
}

/** Takes the padding out of a page's tables, which the formatter puts in, so that a page compares with what was generated. */
export function withoutPadding(page: string): string {
  const isTable = (line: string): boolean => line.startsWith('|')
  const unpad = (line: string): string =>
    line.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| ').replaceAll(/-{3,}/g, '---')
  return page
    .split('\n')
    .map((line) => (isTable(line) ? unpad(line) : line))
    .join('\n')
}
