#!/usr/bin/env node
// Nothing is imported before it is known to be needed: who asks for the version waits for nothing else.
const words = process.argv.slice(2)
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  const { readVersion } = await import('./version.ts')
  process.stdout.write(`${await readVersion()}\n`)
} else {
  const { cacheCompiledCode } = await import('./compile-cache.ts')
  cacheCompiledCode(process.env)
  const { runProcess } = await import('./run-process.ts')
  process.exitCode = await runProcess(words)
}

export {}
