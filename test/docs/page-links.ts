import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../packages/workspace.ts'

/** Finds the links of a page that lead nowhere: to a file that isn't there or a heading a page lacks. */
export function findBrokenLinks(file: string, text: string, readText: (file: string) => string): string[] {
  return linkTargets(text).filter((target) => !leadsSomewhere(file, target, readText))
}

function linkTargets(text: string): string[] {
  const prose = text.replace(/^\s*(`{3,})[\s\S]*?^\s*\1\s*$/gm, '').replace(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(<?([^()\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const reference = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)]
  const included = [...prose.matchAll(/\{@includeCode ([^\s}#]+)/g)]
  return [...inline, ...reference, ...included].map((match) => match[1] ?? '')
}

function leadsSomewhere(file: string, target: string, readText: (file: string) => string): boolean {
  if (/^(https:|mailto:)/.test(target)) return true
  if (/^[a-z]+:/i.test(target)) return false
  const [path = '', heading] = target.split('#')
  const linked = path === '' ? file : join(dirname(file), decodeURIComponent(path))
  // What leads out of the repository, or to a folder without a page, is dead wherever the page is read.
  if (linked.startsWith('..') || !existsSync(join(root, linked))) return false
  if (heading === undefined) return true
  return statSync(join(root, linked)).isFile() && headingsOf(readText(linked)).includes(heading)
}

/** The anchors of a page's headings, the way GitHub and typedoc make them. */
function headingsOf(text: string): string[] {
  const prose = text.replace(/^\s*(`{3,})[\s\S]*?^\s*\1\s*$/gm, '')
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}
