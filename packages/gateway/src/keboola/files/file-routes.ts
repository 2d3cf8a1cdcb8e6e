import { type Route, route } from '../route.ts'
import {
  addTag,
  deleteFile,
  deleteTag,
  getFile,
  getFileContent,
  listFiles,
  prepareFile,
  refreshFile,
} from './file-operations.ts'

/** The operations on files. */
export const fileRoutes: readonly Route[] = [
  route('GET files', listFiles),
  route('POST files/prepare', prepareFile),
  route('GET files/:file', getFile),
  route('DELETE files/:file', deleteFile),
  route('PUT files/:file/refresh', refreshFile),
  route('GET files/:file/content', getFileContent),
  route('POST files/:file/tags', addTag),
  route('DELETE files/:file/tags/:tag', deleteTag),
]
