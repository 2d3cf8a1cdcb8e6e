import { expect, test } from 'vitest'
import { filesMatching, readText } from '../packages/workspace.ts'
import { type Fence, fencesOfPage, fencesOfSource } from './fence.ts'
import { checkFences } from './fence-program.ts'

const pages = filesMatching('*.md', 'docs/**/*.md', 'packages/*/*.md')
const sources = filesMatching('packages/*/src/**/*.ts').filter((file) => !file.endsWith('.test.ts'))
const fences = [
  ...pages.flatMap((file) => fencesOfPage(file, readText(file))),
  ...sources.flatMap((file) => fencesOfSource(file, readText(file))),
]
const isTypeScript = ({ language }: Fence): boolean => ['ts', 'typescript', 'tsx', 'mts'].includes(language)

test('every TypeScript fence of pages and docstrings type-checks', () => {
  const checked = fences.filter((fence) => isTypeScript(fence) && !fence.info.startsWith('ignore'))
  expect(checked.length).toBeGreaterThan(0)
  expect(checkFences(checked)).toEqual([])
})

test('a TypeScript fence that opts out of the check says why', () => {
  const unexplained = fences.filter((fence) => isTypeScript(fence) && !/^$|^ignore: \w+ \w+/.test(fence.info))
  expect(unexplained.map(({ file, line }) => `${file}:${line}`)).toEqual([])
})

test('JSON fences parse, and no fence hides TypeScript behind another name', () => {
  const faults = fences.filter(({ language, code }) => {
    if (language === 'json') return !isJson(code)
    return ['js', 'javascript', 'mjs'].includes(language) || (language === '' && /^\s*(import|const) /m.test(code))
  })
  expect(faults.map(({ file, line }) => `${file}:${line}`)).toEqual([])
})

function isJson(code: string): boolean {
  try {
    JSON.parse(code)
    return true
  } catch {
    return false
  }
}

test('fences of a docstring are found with their line and without its stars', () => {
  const source = 'const a = 1\n/**\n * Text.\n *\n * ```ts\n * call()\n *   .then()\n * ```\n */\nconst b = 2\n'
  expect(fencesOfSource('a.ts', source)).toEqual([
    { file: 'a.ts', line: 6, language: 'ts', info: '', code: 'call()\n  .then()' },
  ])
})

test('the check names the line of a fault, and fences of one page import each other by name', () => {
  const page = [
    '```ts\n// one.ts\nexport const one = 1\n```',
    "```ts\nimport { one } from './one.ts'\nconst two: 2 = one\n```",
    '```ts\nconst rows: number = 1\n\nconst wrong: string = rows\n```',
  ]
  expect(checkFences(fencesOfPage('docs/sample.md', page.join('\n')))).toEqual([
    "docs/sample.md:7: Type '1' is not assignable to type '2'.",
    "docs/sample.md:12: Type 'number' is not assignable to type 'string'.",
  ])
})
