import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { knobs } from '../../packages/cli/src/serve/fault-knobs.ts'
import { code, fillTemplate, markdownTable } from '../docs/markdown.ts'
import { combinations, type Outcome } from './combinations.ts'

/** Where the page of gateways lies. */
export const gatewaysPageFile = fileURLToPath(new URL('../../docs/gateways.md', import.meta.url))

/** Gives the page: the template's prose with what the matrix test tries, and what the command line takes. */
export async function gatewaysPage(): Promise<string> {
  const template = await readFile(new URL('gateways-page.template.md', import.meta.url), 'utf8')
  return fillTemplate(template, { combinations: combinationTable(), notes: noteList(), knobs: knobTable() })
}

const apis = Object.entries(combinations) as [string, Readonly<Record<string, Outcome>>][]

function combinationTable(): string {
  const backends = Object.keys(combinations.keboola)
  const rows = backends.map((backend) => [backend, ...apis.map(([, outcomes]) => cellOf(outcomes[backend] as Outcome))])
  return markdownTable(['over', ...apis.map(([name]) => code(name))], rows)
}

function cellOf(outcome: Outcome): string {
  if (outcome.served) return 'served'
  return outcome.lacks.includes('.') ? `lacks ${code(outcome.lacks)}` : `has ${outcome.lacks}`
}

function noteList(): string {
  const notes = apis.flatMap(([api, outcomes]) =>
    Object.entries(outcomes).flatMap(([backend, outcome]) =>
      outcome.served && outcome.note !== undefined ? [`- ${code(api)} over ${backend}: ${outcome.note}.`] : [],
    ),
  )
  return notes.join('\n')
}

const subjects: Readonly<Record<string, string>> = { request: 'requests', job: 'jobs', quirk: 'oddities' }

function knobTable(): string {
  const shown = knobs.filter(({ description }) => description !== '')
  const rows = shown.map(({ name, description, family, hint, write }) => {
    const families = knobs.filter((knob) => knob.name === name).flatMap((knob) => knob.family)
    const about = [...new Set([...family, ...families])].map((one) => subjects[one]).join(', ')
    return [code(name), about, description, write === undefined ? 'none' : hint.replace(/^write /, '')]
  })
  return markdownTable(['name', 'of', 'what it does', 'value'], rows)
}

if (import.meta.main) {
  await writeFile(gatewaysPageFile, await gatewaysPage())
  console.log(`wrote ${gatewaysPageFile}`)
}
