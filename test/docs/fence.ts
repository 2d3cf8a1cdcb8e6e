/** A fenced block of a page or of a docstring. */
export interface Fence {
  /** The file it is in, from the root. */
  readonly file: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  /** The language after the backticks. */
  readonly language: string
  /** What follows the language. */
  readonly info: string
  readonly code: string
}

/** Finds the fenced blocks of a Markdown page. */
export function fencesOfPage(file: string, text: string): Fence[] {
  return fencesOfLines(file, text.split('\n'), 1)
}

/** Finds the fenced blocks in the doc comments of a TypeScript file. */
export function fencesOfSource(file: string, text: string): Fence[] {
  return [...text.matchAll(/\/\*\*.*?\*\//gs)].flatMap((comment) => {
    const firstLine = text.slice(0, comment.index).split('\n').length
    const lines = comment[0].split('\n').map((line) => line.replace(/^\s*(?:\/\*\*|\*(?!\/)) ?/, ''))
    return fencesOfLines(file, lines, firstLine)
  })
}

function fencesOfLines(file: string, lines: readonly string[], firstLine: number): Fence[] {
  const fences: Fence[] = []
  for (let at = 0; at < lines.length; at++) {
    const opening = /^(\s*)(`{3,})(\S*)\s*(.*)$/.exec(lines[at] ?? '')
    if (opening === null) continue
    const [, indent = '', ticks = '', language = '', info = ''] = opening
    const start = at + 1
    while (at + 1 < lines.length && lines[at + 1]?.trim() !== ticks) at++
    const code = lines.slice(start, at + 1).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    fences.push({ file, line: firstLine + start, language, info: info.trim(), code: code.join('\n') })
    at++
  }
  return fences
}
