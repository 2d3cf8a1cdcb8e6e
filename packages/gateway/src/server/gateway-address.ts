import { isIP } from 'node:net'

/** Where clients reach the gateway. */
export interface GatewayAddress {
  /** The root of the server. */
  readonly url: string
  /** Whether it listens on every address: then clients know best by which one they reach it. */
  readonly isEveryAddress: boolean
}

/**
 * Gives the address of a server for a request: scheme, host and port.
 *
 * @param host - what the request says by which host it came
 */
export function addressFor({ url, isEveryAddress }: GatewayAddress, host = ''): URL {
  const own = new URL(url)
  const used = `${own.protocol}//${host}`
  if (isEveryAddress && URL.canParse(used)) own.hostname = new URL(used).hostname
  return own
}

/** Tells whether a host stands for all addresses of the machine. */
export function isEveryAddress(host: string | undefined): boolean {
  return host !== undefined && isIP(host) !== 0 && /^[0:.]+$/.test(host)
}
