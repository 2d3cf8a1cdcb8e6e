import { createReadStream, createWriteStream } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { header, sliceCount, slicePath } from './measured-table.ts'

const pieceBytes = 1024 * 1024
const agent = new Agent({ keepAlive: true })

/** Downloads all slices of a table into one file, with its header. */
export async function downloadSlices(url: string, table: string, target: string): Promise<void> {
  await writeFile(target, header)
  for (let slice = 0; slice < sliceCount; slice += 1) {
    const response = await sent(request(`${url}${slicePath(table, slice)}`, { agent }).end())
    await pipeline(response, createWriteStream(target, { flags: 'a', highWaterMark: pieceBytes }))
  }
}

/** Uploads a file by one request. */
export async function upload(url: string, source: string): Promise<void> {
  const headers = { 'content-length': (await stat(source)).size }
  const put = request(`${url}/kbc-files/uploads/bare`, { method: 'PUT', headers, agent })
  const [response] = await Promise.all([
    sent(put),
    pipeline(createReadStream(source, { highWaterMark: pieceBytes }), put),
  ])
  response.resume()
}

function sent(asked: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => asked.once('response', resolve).once('error', reject))
}
