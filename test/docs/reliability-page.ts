import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { conformanceChecks, type Scorecard } from '@stowage/conformance'
import { readText } from '../packages/workspace.ts'
import { code, fillTemplate, markdownTable } from './markdown.ts'

/** Where the generated page lies. */
export const reliabilityPageFile = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url))

const backends = ['local', 'keboola', 'zerodb', 'abeja', 'dcss']

/** A line of a table: what is promised, and the facts of the suite that show it. */
interface PromiseLine {
  readonly promise: string
  readonly group: 'tables' | 'files'
  readonly facts: readonly string[]
}

const wholeOrNot: readonly PromiseLine[] = [
  {
    promise: 'A batch of rows with one that is bad, or whose key is taken, adds none of them',
    group: 'tables',
    facts: ['inserts/bad-row', 'inserts/key-taken'],
  },
  {
    promise: 'An update that fails on one of many rows changes none',
    group: 'tables',
    facts: ['updates/fails-on-one-row'],
  },
  {
    promise: 'A reader during an upsert or an update sees all rows old or all new',
    group: 'tables',
    facts: ['concurrency/readers-of-upserts', 'concurrency/readers-of-updates'],
  },
  {
    promise: 'A reader while a load appends sees none of it or all of it',
    group: 'tables',
    facts: ['concurrency/readers-of-appends'],
  },
  {
    promise: 'A reader while a load replaces the rows sees the old ones or the new ones, never none',
    group: 'tables',
    facts: ['concurrency/readers-of-loads'],
  },
  {
    promise: 'A file being written is neither found nor listed before it is whole, and the old one is read until then',
    group: 'files',
    facts: ['files/nothing-half-made', 'files/old-until-new', 'concurrency/overwrites'],
  },
  {
    promise: 'A write that fails, is aborted, or gives too few or too many bytes leaves the old file',
    group: 'files',
    facts: ['files/aborted-write', 'files/broken-known-source', 'files/short-source', 'transfers/dropped-upload'],
  },
  {
    promise: 'A download gets its name when it is complete and right',
    group: 'files',
    facts: ['transfers/download-hidden', 'transfers/download-cut', 'transfers/download-damaged'],
  },
]

const severalWriters: readonly PromiseLine[] = [
  {
    promise: 'Rows inserted by many callers at once are all there, each once',
    group: 'tables',
    facts: ['concurrency/inserts'],
  },
  {
    promise: 'Of appends of one key at once exactly one succeeds',
    group: 'tables',
    facts: ['concurrency/same-key'],
  },
  {
    promise: 'Numbers added to one field at once all count (`$inc`)',
    group: 'tables',
    facts: ['concurrency/increments'],
  },
  {
    promise: 'Of creations of one table at once exactly one succeeds',
    group: 'tables',
    facts: ['concurrency/create-table'],
  },
  {
    promise: 'Of uploads of one file at once one stands, whole',
    group: 'files',
    facts: ['concurrency/uploads'],
  },
  {
    promise: '`overwrite: false` never replaces a file',
    group: 'files',
    facts: ['files/create-only'],
  },
]

const lostAnswers: readonly PromiseLine[] = [
  {
    promise: 'An append or an appending load is never sent again; it ends as `outcome-unknown`, its rows in once',
    group: 'tables',
    facts: ['retries/append-lost', 'retries/load-lost'],
  },
  {
    promise: '`$inc` and `$push` are never applied twice',
    group: 'tables',
    facts: ['retries/increment-lost', 'retries/push-lost'],
  },
  {
    promise: 'An upsert by key is repeated and lands once',
    group: 'tables',
    facts: ['retries/upsert-lost'],
  },
  {
    promise: 'A delete by filter, or an update that only sets fields, is repeated',
    group: 'tables',
    facts: ['retries/delete-lost', 'retries/set-lost'],
  },
  {
    promise: 'Bytes in memory are sent again, and the file is whole',
    group: 'files',
    facts: ['retries/put-lost'],
  },
  {
    promise: 'A stream that was read is never sent again; it ends as `outcome-unknown`, the file old or new, whole',
    group: 'files',
    facts: ['retries/stream-lost'],
  },
]

/** Gives the page: the template's prose, and tables of what the suite found on each backend. */
export async function reliabilityPage(): Promise<string> {
  const template = await readFile(new URL('reliability-page.template.md', import.meta.url), 'utf8')
  const cards = backends.map((name) => JSON.parse(readText(`docs/backends/scorecards/${name}.json`)) as Scorecard)
  return fillTemplate(template, {
    semantics: semanticsTable(cards),
    'whole or not': promiseTable(cards, wholeOrNot),
    'several writers': promiseTable(cards, severalWriters),
    'lost answers': promiseTable(cards, lostAnswers),
  })
}

const semanticsMeaning: Readonly<Record<string, string>> = {
  readAfterWrite: 'An acknowledged write is seen by the next read',
  atomicWrites: 'One insert, update or delete takes effect wholly or not at all',
  keepsNulls: 'Null, missing and the empty text stay apart',
  keepsTypes: 'Values keep their types',
  keepsUndeclaredFields: 'Fields that no column declares are kept',
}

function semanticsTable(cards: readonly Scorecard[]): string {
  const rows = Object.entries(semanticsMeaning).map(([name, meaning]) => [
    `${meaning} (${code(name)})`,
    ...cards.map((card) => {
      const isOfRows = name !== 'readAfterWrite' && !hasGroup(card, 'tables')
      if (isOfRows) return '–'
      return (card.semantics as unknown as Record<string, unknown>)[name] === true ? 'yes' : 'no'
    }),
  ])
  return markdownTable(['promise', ...heads()], rows)
}

function promiseTable(cards: readonly Scorecard[], lines: readonly PromiseLine[]): string {
  const notes: string[] = []
  const rows = lines.map((line) => [line.promise, ...cards.map((card) => cellOf(card, line, notes))])
  const facts = lines.flatMap((line) => line.facts).map(code)
  const list = notes.map((note, index) => `${index + 1}. ${note}`)
  return [
    markdownTable(['promise', ...heads()], rows),
    ...(list.length > 0 ? [list.join('\n')] : []),
    `The facts: ${facts.join(', ')}.`,
  ].join('\n\n')
}

function heads(): string[] {
  return backends.map((name) => `[${name}](backends/${name}.md)`)
}

function cellOf(card: Scorecard, { group, facts }: PromiseLine, notes: string[]): string {
  if (!hasGroup(card, group)) return '–'
  const found = facts.map((fact) => openReason(card, fact))
  const reasons = [...new Set(found.filter((reason) => reason !== undefined))]
  if (reasons.length === 0) return 'yes'
  if (reasons.every((reason) => isAbsence(card, reason))) return '–'
  const note = `${card.backend}: ${reasons.filter((reason) => !isAbsence(card, reason)).join('; ')}.`
  if (!notes.includes(note)) notes.push(note)
  return `note ${notes.indexOf(note) + 1}`
}

function hasGroup({ capabilities }: Scorecard, group: string): boolean {
  return Object.entries(capabilities).some(
    ([name, { support }]) => name.startsWith(`${group}.`) && support !== 'absent',
  )
}

/** Says why a fact doesn't hold, or was not looked at; undefined when it holds. */
function openReason({ subjects }: Scorecard, fact: string): string | undefined {
  if (!conformanceChecks.some(({ id }) => id === fact)) throw new Error(`the suite has no fact called ${fact}`)
  const all = Object.values(subjects).flatMap(({ gaps, notRun }) => [...gaps, ...notRun])
  return all.find(({ id }) => id === fact)?.reason
}

/** Whether the reason is that of a capability the backend lacks: what isn't there promises nothing. */
function isAbsence({ capabilities }: Scorecard, reason: string): boolean {
  return Object.values(capabilities).some(({ support, gap }) => support === 'absent' && gap?.reason === reason)
}

if (import.meta.main) {
  await writeFile(reliabilityPageFile, await reliabilityPage())
  console.log(`wrote ${reliabilityPageFile}`)
}
