import fs from 'node:fs'
import type { Database } from '../database.ts'
import { discard } from './file-garbage.ts'
import { readSlot, slotSuffix, type SlotEntry } from './file-slot.ts'
import { treeOf } from './file-trees.ts'
import type { FilePlace, FileTree } from './file-tree.ts'
import { isOwnerAlive } from '../owner.ts'

// A file is noted just before it is created; clocks of file systems are coarse.
const clockSlackMs = 2000
const creationMs = 60_000

// The id of the connection that made it, then what tells its files apart.
const ownedName = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[-.]/

/** What writers that died have left in the staging directory, to be deleted by the caller. */
export interface Leftovers {
  /** Notes of what they were creating: already dealt with. */
  readonly slots: string[]
  /** Contents that never became files. */
  readonly contents: string[]
}

/**
 * Finds what writers that died have left: names of theirs in the staging directory, and files that they created without
 * committing their rows, which become garbage.
 *
 * Under the write lock a path that no row names is nobody's, apart from files that people put there: those don't match
 * the note in time and size, or were never noted.
 */
export function recoverFiles(database: Database, { place }: { readonly place: FilePlace }): Leftovers {
  const names = abandonedNames(database, place)
  const slots = names.filter((name) => name.endsWith(slotSuffix))
  const entries = slots.flatMap((slot) => readSlotOf(`${place.staging}/${slot}`))
  if (entries.length > 0) database.transaction(() => discardCreated(database, place, entries))
  return { slots, contents: names.filter((name) => !name.endsWith(slotSuffix)) }
}

function abandonedNames(database: Database, place: FilePlace): string[] {
  const alive = new Map<string, boolean>()
  return fs.readdirSync(place.staging).filter((name) => {
    const owner = ownedName.exec(name)?.[1]
    if (owner === undefined) return false
    if (!alive.has(owner)) alive.set(owner, isOwnerAlive(database, owner))
    return alive.get(owner) === false
  })
}

function discardCreated(database: Database, place: FilePlace, entries: readonly SlotEntry[]): void {
  const tree = treeOf(database, place)
  if (tree === undefined) return
  tree.begin()
  const created = entries.filter((entry) => looksCreated(tree, entry))
  for (const orphan of unreferenced(database, created)) discard(database, orphan)
}

function readSlotOf(file: string): SlotEntry[] {
  try {
    return readSlot(file)
  } catch {
    // Somebody else who opened the directory has dealt with it.
    return []
  }
}

function looksCreated(tree: FileTree, { path, sizeBytes, at }: SlotEntry): boolean {
  const stats = tree.look(path)
  if (stats?.isFile() !== true || stats.size > sizeBytes) return false
  // A staged file keeps the time at which it was written, which may be long before it was placed.
  return stats.ctimeMs > at - clockSlackMs && stats.ctimeMs < at + creationMs
}

function unreferenced(database: Database, entries: readonly SlotEntry[]): SlotEntry[] {
  if (entries.length === 0) return []
  // All paths are looked at, once after a crash: a file system that folds case has other names for the same file.
  const taken = new Set<string>()
  const wanted = new Set(entries.map(({ path }) => folded(path)))
  for (const [path] of database.statement('SELECT path FROM files').iterate() as unknown as Iterable<[string]>) {
    const name = folded(path)
    if (wanted.has(name)) taken.add(name)
  }
  return entries.filter(({ path }) => !taken.has(folded(path)))
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
