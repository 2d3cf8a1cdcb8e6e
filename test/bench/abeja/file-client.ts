import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bucketPath, channelId } from './stub-place.ts'

/** What the benchmark of large files needs of a client. */
export interface FileClient {
  /** Downloads a file of the channel, by its name or its id, to disk. */
  download(file: { readonly name: string; readonly fileId: string }, target: string): Promise<unknown>
  /** Uploads a file to the channel under a name. */
  upload(name: string, source: string): Promise<unknown>
  /** Uploads a file to the bucket, as a form. */
  uploadForm(path: string, source: string): Promise<unknown>
  close(): Promise<void>
}

const run = promisify(execFile)

/** What people do in a shell, given a signed URL. */
export function openCurl(url: string): FileClient {
  // Asking first whether to send would cost a round trip, and nobody needs it here.
  const quiet = ['--silent', '--show-error', '--fail', '-H', 'Expect:']
  const type = ['-H', 'Content-Type: application/octet-stream']
  return {
    download: ({ fileId }, target) => run('curl', [...quiet, '--output', target, `${url}/signed/${fileId}`]),
    upload: (name, source) => {
      const named = ['-X', 'POST', ...type, '-H', `x-abeja-meta-filename: ${name}`]
      return run('curl', [...quiet, ...named, '-T', source, `${url}/channels/${channelId}/upload`])
    },
    uploadForm: (path, source) => {
      const form = ['-F', `file=@${source};filename=${path}`, '-F', 'parameters={};filename=params.json']
      return run('curl', [...quiet, ...form, `${url}/${bucketPath}`])
    },
    close: async () => undefined,
  }
}
