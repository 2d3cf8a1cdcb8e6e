import { type Route, route } from '../route.ts'
import { createSnapshot, deleteSnapshot, getSnapshot, listSnapshots } from './snapshot-operations.ts'

/** The operations on snapshots of tables. */
export const snapshotRoutes: readonly Route[] = [
  route('POST tables/:table/snapshots', createSnapshot),
  route('GET tables/:table/snapshots', listSnapshots),
  route('GET snapshots/:snapshot', getSnapshot),
  route('DELETE snapshots/:snapshot', deleteSnapshot),
]
