import { type Route, route } from '../route.ts'
import { validateColumnNames, webalizeColumnNames } from './column-name-operations.ts'
import { createEvent, getEvent, listEvents } from './event-operations.ts'
import {
  createTicket,
  getBranch,
  getIndex,
  getStats,
  listBranches,
  listBranchMetadata,
  verifyToken,
} from './project-operations.ts'

/** The operations on the project as a whole. */
export const projectRoutes: readonly Route[] = [
  route('GET /', getIndex, { isPublic: true }),
  route('GET tokens/verify', verifyToken),
  route('POST tickets', createTicket),
  route('GET dev-branches', listBranches),
  route('GET dev-branches/:branch', getBranch),
  route('GET branch/:branch/metadata', listBranchMetadata),
  route('GET stats', getStats),
  route('GET events', listEvents),
  route('POST events', createEvent),
  route('GET events/:event', getEvent),
  route('POST webalize/column-names', webalizeColumnNames),
  route('POST validate/column-names', validateColumnNames),
]
