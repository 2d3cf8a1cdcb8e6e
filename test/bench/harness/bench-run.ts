import type { Answer } from './job.ts'
import type { ProcessMeasurement, SectionMeasurement } from './measurement.ts'
import { cpuTimeMs } from './cpu-time.ts'
import { peakMemoryBytes, resetPeakMemory } from './peak-memory.ts'

/** Where a process works and at what size. */
export interface RunPlace {
  /** An empty folder of the process's own. */
  readonly folder: string
  /** The folder of what the job prepared. */
  readonly shared: string
  readonly isQuick: boolean
}

/** One variant's pass through a job, in a process of its own: it times sections and keeps their answers. */
export class BenchRun {
  readonly folder: string
  readonly shared: string
  readonly #isQuick: boolean
  readonly #sections: Record<string, SectionMeasurement> = {}
  #idleBytes: number | undefined

  constructor({ folder, shared, isQuick }: RunPlace) {
    this.folder = folder
    this.shared = shared
    this.#isQuick = isQuick
  }

  /** Chooses a size: the real one, or a small one that only shows that all works. */
  size(full: number, quick: number): number {
    return this.#isQuick ? quick : full
  }

  /**
   * Times work. The first section's start is taken for idle: what is loaded and opened by then counts for nothing.
   *
   * @param work - what is timed
   * @param answer - turns its result into what must be equal between variants; not timed
   */
  async section<Result>(
    name: string,
    work: () => Result | Promise<Result>,
    answer: (result: Result) => Answer | Promise<Answer>,
  ): Promise<void> {
    this.#idleBytes ??= process.memoryUsage.rss()
    resetPeakMemory()
    const startMs = performance.now()
    const startCpuMs = cpuTimeMs()
    const result = await work()
    const cpuMs = cpuTimeMs() - startCpuMs
    const wallMs = performance.now() - startMs
    const peakBytes = peakMemoryBytes()
    this.#sections[name] = { cpuMs, wallMs, peakBytes, answer: await answer(result) }
  }

  /** Gives what was measured. */
  measurement(): ProcessMeasurement {
    return { idleBytes: this.#idleBytes ?? process.memoryUsage.rss(), sections: this.#sections }
  }
}
