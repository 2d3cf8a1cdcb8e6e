import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BenchRun } from '../harness/bench-run.ts'
import type { BenchJob } from '../harness/job.ts'

/** What a command costs before it does anything. */
export const job: BenchJob = {
  description:
    '`stowage` is run as published: its version, and `table find` on the embedded default with ten rows, the first time and once Node has kept what it compiled. ' +
    'Beside it run Node with nothing to do, and Node that imports commander alone.',
  goals: [
    { section: 'version', title: 'stowage --version', measure: 'wallMs', limit: 150 },
    { section: 'version', title: 'stowage --version, beside node', measure: 'cpu', limit: 2, peers: ['node'] },
    { section: 'find', title: 'stowage table find', measure: 'cpuMs', limit: 400 },
    {
      section: 'find',
      title: 'stowage table find, beside node',
      measure: 'cpu',
      limit: 10,
      peers: ['node with commander'],
    },
    { section: 'first find', title: 'stowage table find, the first time', measure: 'cpuMs', limit: 400 },
  ],
  async prepare(run) {
    const stowage = stowageIn(run.shared)
    await stowage('bucket', 'create', 'crm')
    await stowage('table', 'create', 'crm/customers', '--columns', 'id:string,balance:number', '--primary-key', 'id')
    const rows = Array.from({ length: 10 }, (_, balance) => ({ id: `c${balance}`, balance }))
    await stowage('table', 'insert', 'crm/customers', JSON.stringify(rows))
  },
  async ours(run) {
    // Node's cache is the round's own, so that the first find meets none.
    const stowage = stowageIn(run.shared, run.folder)
    const find = (): Promise<unknown> => stowage('table', 'find', 'crm/customers', '{balance: {$gte: 5}}', '--json')
    await run.section('first find', find, isDone)
    await run.section('find', find, isDone)
    await run.section('version', () => stowage('--version'), isDone)
  },
  peers: {
    node: (run) => startNode(run, '0'),
    'node with commander': (run) => startNode(run, 'await import("commander")'),
  },
}

type Stowage = (...words: readonly string[]) => Promise<unknown>

function stowageIn(cwd: string, caches: string = cwd): Stowage {
  const main = fileURLToPath(new URL('dist/main.js', import.meta.resolve('@stowage/cli/package.json')))
  const env = { ...process.env, XDG_CACHE_HOME: caches }
  return (...words) => promisify(execFile)(process.execPath, [main, ...words], { cwd, env })
}

async function startNode(run: BenchRun, program: string): Promise<void> {
  const flags = ['--input-type=module', '-e', program]
  const start = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, flags, { cwd: fileURLToPath(new URL('.', import.meta.url)) })
  await run.section('find', start, isDone)
  await run.section('version', start, isDone)
}

// A program that fails rejects, and what they print is not for comparing.
function isDone(): boolean {
  return true
}
