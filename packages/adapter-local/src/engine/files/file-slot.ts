import fs from 'node:fs'

/** A path about to be created. */
export interface SlotEntry {
  readonly path: string
  readonly sizeBytes: number
  /** When it was noted, in milliseconds. */
  readonly at: number
}

/** How the names of slot files end. */
export const slotSuffix = '.slot'

/**
 * Notes which paths a transaction is about to create, before it does.
 *
 * A crash between creating a file and committing its row leaves a file that nothing refers to. The next process to open the
 * directory reads the slots of those that died, and so finds it without walking the whole tree. Each transaction
 * writes over the notes of the one before, which has ended.
 */
export class Slot {
  readonly #file: string
  #descriptor: number | undefined
  #batch = 0
  #offset = 0

  /** @param file - its file, created with the first note */
  constructor(file: string) {
    this.#file = file
  }

  /** Begins the notes of a transaction. */
  begin(): void {
    this.#batch += 1
    this.#offset = 0
  }

  /** Notes a path; it is in the file when this returns. */
  note(path: string, sizeBytes: number): void {
    this.#descriptor ??= fs.openSync(this.#file, 'wx')
    const line = Buffer.from(`${JSON.stringify([this.#batch, path, sizeBytes, Date.now()])}\n`)
    this.#offset += fs.writeSync(this.#descriptor, line, 0, line.length, this.#offset)
  }

  /** Removes the file. */
  close(): void {
    if (this.#descriptor === undefined) return
    fs.closeSync(this.#descriptor)
    this.#descriptor = undefined
    fs.rmSync(this.#file, { force: true })
  }
}

/** Reads the notes of the last transaction; a torn note ends them, since what it announced never began. */
export function readSlot(file: string): SlotEntry[] {
  const entries: SlotEntry[] = []
  let batch: unknown
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const note = parseNote(line)
    if (note === undefined || (batch !== undefined && note.batch !== batch)) break
    batch = note.batch
    entries.push(note.entry)
  }
  return entries
}

function parseNote(line: string): { batch: number; entry: SlotEntry } | undefined {
  try {
    const [batch, path, sizeBytes, at] = JSON.parse(line) as unknown[]
    if (typeof batch !== 'number' || typeof path !== 'string') return undefined
    if (typeof sizeBytes !== 'number' || typeof at !== 'number') return undefined
    return { batch, entry: { path, sizeBytes, at } }
  } catch {
    return undefined
  }
}
