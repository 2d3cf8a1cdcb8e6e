import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'

/** What a run was measured on. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly system: string
  readonly memoryGib: number
  readonly node: string
  readonly sqlite: string
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    system: `${platform()} ${release()}`,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    sqlite: process.versions['sqlite'] ?? 'unknown',
  }
}
