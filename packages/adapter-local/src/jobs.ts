import type { JobInfo } from '@stowage/core'
import type { CallContext, JobDriver, JobRequest } from '@stowage/core/driver'
import { run } from './call.ts'
import type { Engine } from './engine/engine.ts'
import type { RunningLoads } from './running-loads.ts'

/** Jobs of the embedded backend: its loads, from any process that opened the directory. */
export class LocalJobs implements JobDriver {
  readonly #engine: Engine
  readonly #loads: RunningLoads

  constructor(engine: Engine, loads: RunningLoads) {
    this.#engine = engine
    this.#loads = loads
  }

  get(request: JobRequest, call: CallContext): Promise<JobInfo> {
    return run(this.#engine, call, 'getJob', request)
  }

  async cancel({ id }: JobRequest, call: CallContext): Promise<JobInfo> {
    const info = await run(this.#engine, call, 'cancelJob', { id })
    if (info.status === 'processing') this.#loads.cancel(id)
    return info
  }
}
