import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Scorecard, ScorecardCapability } from '@stowage/conformance'
import { capabilityNames } from '@stowage/core'
import { code, markdownTable as table } from './markdown.ts'

/** Where the generated page lies. */
export const capabilitiesPageFile = fileURLToPath(new URL('../../docs/backends/capabilities.md', import.meta.url))

const scorecardFolder = fileURLToPath(new URL('../../docs/backends/scorecards', import.meta.url))

const introduction = `---
title: Capabilities
---

# Capabilities

What each backend can do, side by side. The page is made from the scorecards in \`docs/backends/scorecards\`, which the conformance suite
writes (\`pnpm conformance -u\`) and a test keeps true.`

/** Gives the page with all backends side by side, from the scorecards in the repository. */
export async function capabilitiesPage(): Promise<string> {
  const scorecards = await readScorecards()
  const heads = scorecards.map(({ backend }) => `[${backend}](${backend}.md)`)
  const sections = [
    introduction,
    'A capability is *native* (the backend does it by itself), *emulated* (core composes it from native operations, within the policy the app set; ' +
      '*cheap* stays within a few requests, *expensive* grows with the table or file) or absent (–): then it is refused with `unsupported` before anything is sent.',
    table(
      ['capability', ...heads],
      capabilityNames.map((name) => [code(name), ...scorecards.map((card) => supportCell(card.capabilities[name]))]),
    ),
    '## Limits',
    'Lengths of names and keys are in UTF-8 bytes. An empty cell: not known, or none.',
    table(['limit', ...heads], rowsOf(scorecards.map(({ limits }) => limits))),
    '## What stored values mean',
    table(['semantics', ...heads], rowsOf(scorecards.map(({ semantics }) => semantics))),
    '## Checks',
    `How many of the [facts](../checks.md) the suite checks hold, by subject.`,
    table(['subject', ...heads], subjectRows(scorecards)),
    ...scorecards.flatMap(gapSection),
  ]
  return `${sections.join('\n\n')}\n`
}

async function readScorecards(): Promise<Scorecard[]> {
  const files = (await readdir(scorecardFolder)).filter((name) => name.endsWith('.json')).toSorted()
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(scorecardFolder, name), 'utf8')) as Scorecard),
  )
}

function supportCell({ support, cost }: ScorecardCapability): string {
  if (support === 'absent') return '–'
  return support === 'native' ? 'native' : `emulated, ${cost ?? 'cheap'}`
}

function rowsOf(records: readonly object[]): string[][] {
  const names = [...new Set(records.flatMap(Object.keys))]
  const show = (value: unknown): string => {
    if (value === undefined) return ''
    return typeof value === 'number' ? value.toLocaleString('en') : JSON.stringify(value).replaceAll('"', '')
  }
  return names.map((name) => [code(name), ...records.map((record) => show((record as Record<string, unknown>)[name]))])
}

function subjectRows(scorecards: readonly Scorecard[]): string[][] {
  const subjects = [...new Set(scorecards.flatMap((card) => Object.keys(card.subjects)))]
  return subjects.map((subject) => [
    subject,
    ...scorecards.map((card) => {
      const { passed = 0, gaps = [], notRun = [] } = card.subjects[subject] ?? {}
      const open = [gaps.length > 0 ? `${gaps.length} gaps` : '', notRun.length > 0 ? `${notRun.length} not run` : '']
      return [String(passed), ...open.filter(Boolean)].join(', ')
    }),
  ])
}

function gapSection({ backend, capabilities, subjects }: Scorecard): string[] {
  const absent = Object.entries(capabilities)
    .filter(([, { support }]) => support === 'absent')
    .map(([name, { gap }]) => [code(name), gap?.kind ?? '', gap?.reason ?? ''])
  const reasons = new Set(absent.map(([, , reason]) => reason))
  const failing = Object.values(subjects)
    .flatMap(({ gaps }) => gaps)
    .filter(({ reason }) => !reasons.has(reason))
    .map(({ id, kind, reason }) => [code(id), kind, reason])
  const notRun = Object.values(subjects).flatMap((subject) =>
    subject.notRun.map(({ id, reason }) => [code(id), 'not run', reason]),
  )
  const lines = [...absent, ...failing, ...notRun]
  if (lines.length === 0) return []
  return [`## What ${backend} lacks, and why`, table(['what', 'kind', 'reason'], lines)]
}

if (import.meta.main) {
  await writeFile(capabilitiesPageFile, await capabilitiesPage())
  console.log(`wrote ${capabilitiesPageFile}`)
}
