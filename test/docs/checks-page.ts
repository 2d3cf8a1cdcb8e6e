import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { conformanceChecks } from '@stowage/conformance'

/** Where the generated page lies. */
export const checksPageFile = fileURLToPath(new URL('../../docs/checks.md', import.meta.url))

/** Gives the page of all facts the conformance suite checks, by subject. */
export function checksPage(): string {
  const subjects = Map.groupBy(conformanceChecks, ({ id }) => id.slice(0, id.indexOf('/')))
  const sections = [...subjects].map(([subject, checks]) => {
    const lines = checks.map(({ id, title }) => `- \`${id}\`: ${title}`)
    return `## ${subject}\n\n${lines.join('\n')}`
  })
  return `${[introduction(conformanceChecks.length), ...sections].join('\n\n')}\n`
}

function introduction(count: number): string {
  return `---
title: What is checked
---

# What is checked

The ${count} facts the [conformance suite](conformance.md) checks on every backend, by the names that gaps and scorecards use. A backend
that lacks a capability a fact needs must refuse it with \`unsupported\` instead, and say why in its list of gaps.`
}

if (import.meta.main) {
  await writeFile(checksPageFile, checksPage())
  console.log(`wrote ${checksPageFile}`)
}
