#!/usr/bin/env node
import { remedyForNode } from './node-version.ts'

// Nothing else is imported before it is known to be needed: who asks for the version waits for nothing else.
const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  const { readVersion } = await import('./version.ts')
  process.stdout.write(`${await readVersion()}\n`)
} else if (remedyForNode(process.versions.node) !== undefined) {
  // What follows is written for newer ones, and would fail with a message that helps nobody.
  process.stderr.write(`error: this is Node ${process.versions.node}: ${remedyForNode(process.versions.node)}\n`)
  process.exitCode = 2
} else {
  const { cacheCompiledCode } = await import('./compile-cache.ts')
  cacheCompiledCode(process.env)
  const { runProcess } = await import('./run-process.ts')
  process.exitCode = await runProcess(words)
}
