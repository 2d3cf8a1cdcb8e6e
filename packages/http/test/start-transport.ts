import { onTestFinished } from 'vitest'
import { ByteTransport, type ByteTransportOptions } from '../src/index.ts'

/** Makes a transport that is closed when the test ends. */
export function startTransport(options: ByteTransportOptions = {}): ByteTransport {
  const transport = new ByteTransport(options)
  onTestFinished(() => transport.close())
  return transport
}
