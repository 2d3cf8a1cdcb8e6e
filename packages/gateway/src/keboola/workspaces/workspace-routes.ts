import { type Route, route } from '../route.ts'
import { exportWorkspaceTable, loadWorkspace } from './workspace-load.ts'
import {
  createCredentials,
  createWorkspace,
  deleteCredentials,
  deleteWorkspace,
  getCredentials,
  getWorkspace,
  listWorkspaces,
  putPublicKey,
  resetPassword,
} from './workspace-operations.ts'

/** The operations on workspaces. */
export const workspaceRoutes: readonly Route[] = [
  route('GET workspaces', listWorkspaces),
  route('POST workspaces', createWorkspace),
  route('GET workspaces/:workspace', getWorkspace),
  route('DELETE workspaces/:workspace', deleteWorkspace),
  route('POST workspaces/:workspace/password', resetPassword),
  route('POST workspaces/:workspace/public-key', putPublicKey),
  route('POST workspaces/:workspace/public-key/:key', putPublicKey),
  route('POST workspaces/:workspace/load', loadWorkspace),
  route('POST workspaces/:workspace/load-clone', loadWorkspace),
  route('POST workspaces/:workspace/table-export', exportWorkspaceTable),
  route('POST workspaces/:workspace/credentials', createCredentials),
  route('GET workspaces/:workspace/credentials/:credentials', getCredentials),
  route('DELETE workspaces/:workspace/credentials/:credentials', deleteCredentials),
]
