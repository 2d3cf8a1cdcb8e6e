import { readFileSync, writeFileSync } from 'node:fs'

/** Forgets the peak so far, where the system can (Linux); elsewhere the peak is that of the process's whole life. */
export function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Not Linux, or a locked-down one: peakMemoryBytes then errs on the high side.
  }
}

/** Gives the most memory the process has held since the last reset. */
export function peakMemoryBytes(): number {
  return linuxPeakBytes() ?? process.resourceUsage().maxRSS * 1024
}

function linuxPeakBytes(): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}
