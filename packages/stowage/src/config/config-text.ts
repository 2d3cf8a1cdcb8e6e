import { type Document, isMap, isSeq, LineCounter, type Node, type Pair, parseDocument, Scalar, visit } from 'yaml'
import type { KeyPath } from './problem.ts'

/** A parsed file. */
export interface ParsedText {
  /** What it says. */
  readonly value: unknown
  /** Gives the line of a key, or of the nearest one above it that is there. */
  readonly lineOf: (path: KeyPath) => number | undefined
  /** What is wrong with the text; the value is then of no use. */
  readonly faults: readonly TextFault[]
}

/** One thing wrong with a text. */
export interface TextFault {
  /** What is wrong; never quotes the text, which may hold secrets. */
  readonly text: string
  /** From 1. */
  readonly line: number | undefined
}

/** Parses YAML 1.2; keys are text, a key given twice is a fault, `<<` merges. */
export function parseYaml(text: string): ParsedText {
  const { document, lines } = readDocument(text)
  const faults = [...document.errors, ...document.warnings, ...danglingAliases(document)].map(({ code, pos }) => ({
    text: yamlFaults[code] ?? `not valid YAML (${code})`,
    line: lines.linePos(pos[0]).line,
  }))
  if (faults.length > 0) return faulty(faults)
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), lineOf: lineFinder(document, lines), faults }
  } catch {
    // All aliases lead somewhere, so it is the library's guard against texts that grow without end.
    return faulty([{ text: 'repeats aliases (*name) too often', line: undefined }])
  }
}

function faulty(faults: readonly TextFault[]): ParsedText {
  return { value: undefined, lineOf: () => undefined, faults }
}

// The parser leaves these to whoever reads the values, and then they have no position.
function danglingAliases(document: Document.Parsed): readonly { code: string; pos: readonly [number] }[] {
  const found: { code: string; pos: readonly [number] }[] = []
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) found.push({ code: 'BAD_ALIAS', pos: [alias.range?.[0] ?? 0] })
    },
  })
  return found
}

/** Parses JSON, strictly; a key given twice is a fault. */
export function parseJson(text: string): ParsedText {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return faulty([explainJsonError(text, error as SyntaxError)])
  }
  // JSON is YAML as well: the second reading is for line numbers and repeated keys.
  const { document, lines } = readDocument(text)
  const repeated = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const faults = repeated.map(({ pos }) => ({
    text: yamlFaults['DUPLICATE_KEY'] as string,
    line: lines.linePos(pos[0]).line,
  }))
  return { value, lineOf: lineFinder(document, lines), faults }
}

function readDocument(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter()
  // The library's pretty errors quote the source.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true })
  return { document, lines }
}

const yamlFaults: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias (*name) names no anchor (&name) before it',
  BAD_DQ_ESCAPE: 'not valid YAML: unknown escape in double quotes; use single quotes or double the backslash',
  BAD_INDENT: 'not valid YAML: wrong indentation, or a bracket that is not closed',
  BAD_SCALAR_START: 'not valid YAML: a value can not begin with "@" or "`"; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'not valid YAML: a second ":" in one line; quote the value',
  DUPLICATE_KEY: 'the key is given twice',
  MISSING_CHAR: 'not valid YAML: a bracket, quote or ":" is missing',
  MULTIPLE_DOCS: 'holds more than one YAML document; a configuration is one',
  NON_STRING_KEY: 'a key must be text',
  TAB_AS_INDENT: 'not valid YAML: indented by a tab; use spaces',
  TAG_RESOLVE_FAILED: 'an unknown YAML tag; quote a value that begins with "!"',
}

function lineFinder(document: Document.Parsed, lines: LineCounter): (path: KeyPath) => number | undefined {
  return (path) => {
    let node: unknown = document.contents
    let offset = rangeStart(node)
    for (const key of path) {
      const member = memberOf(node, key)
      if (member === undefined) break
      offset = rangeStart(member.shown) ?? offset
      node = member.value
    }
    return offset === undefined ? undefined : lines.linePos(offset).line
  }
}

function memberOf(node: unknown, key: PropertyKey): { shown: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item: Pair) => item.key instanceof Scalar && item.key.value === key)
    return pair === undefined ? undefined : { shown: pair.key, value: pair.value }
  }
  if (isSeq(node) && typeof key === 'number') {
    const item = node.items[key]
    return item === undefined ? undefined : { shown: item, value: item }
  }
  return undefined
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}

function explainJsonError(text: string, { message }: SyntaxError): TextFault {
  const positioned = /^(.+?) in JSON at position (\d+)/.exec(message)
  if (positioned !== null) {
    const [, reason, position] = positioned
    return { text: `not valid JSON: ${reason}`, line: lineAt(text, Number(position)) }
  }
  const isCut = message.startsWith('Unexpected end')
  return { text: isCut ? 'not valid JSON: it ends early' : 'not valid JSON', line: firstBrokenLine(text) }
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

// "Unexpected token" comes without a position, so look for the first line whose end no JSON can continue.
function firstBrokenLine(text: string): number {
  const lines = text.split('\n')
  let good = 0
  let broken = lines.length
  while (good + 1 < broken) {
    const middle = (good + broken) >> 1
    if (canContinue(lines.slice(0, middle).join('\n'))) good = middle
    else broken = middle
  }
  return broken
}

function canContinue(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const { message } = error as SyntaxError
    if (/^(Unexpected end|Unterminated string)/.test(message)) return true
    const position = /at position (\d+)/.exec(message)?.[1]
    return position !== undefined && Number(position) >= text.length
  }
}
