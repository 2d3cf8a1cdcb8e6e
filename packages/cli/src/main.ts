#!/usr/bin/env node
import { readVersion } from './version.ts'
import { runCommand } from './program.ts'

process.exitCode = await runCommand(process.argv.slice(2), {
  version: await readVersion(),
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
})
