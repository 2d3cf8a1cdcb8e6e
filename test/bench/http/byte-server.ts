/** The server both sides talk to, in a process of its own: `GET /SIZE` gives that many bytes, `PUT` counts what it gets. It ends with its input. */
import { sendBytes, serve } from '../harness/serve.ts'

serve((request, response) => {
  if (request.method === 'GET') {
    const sizeBytes = Number(request.url?.slice(1))
    response.writeHead(200, { 'content-length': sizeBytes })
    return sendBytes(response, sizeBytes)
  }
  let gotBytes = 0
  return request
    .on('data', (chunk: Buffer) => (gotBytes += chunk.byteLength))
    .on('end', () => response.end(String(gotBytes)))
})
