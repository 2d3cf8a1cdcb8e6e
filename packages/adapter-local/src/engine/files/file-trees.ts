import type { Database } from '../database.ts'
import { FileTree, type FilePlace } from './file-tree.ts'
import { ownerOf } from '../owner.ts'

const trees = new WeakMap<Database, FileTree>()

/** Gives the tree at a place, the same one for the life of the connection; none for contents in memory. */
export function treeOf(database: Database, place: FilePlace | undefined): FileTree | undefined {
  if (place === undefined) return undefined
  let tree = trees.get(database)
  if (tree === undefined) trees.set(database, (tree = new FileTree(place, ownerOf(database).id)))
  return tree
}

/** Releases what is held for the tree. */
export function releaseTree(database: Database): void {
  trees.get(database)?.close()
  trees.delete(database)
}
