import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { invalidArgument, StorageError } from '@stowage/core/driver'

/** What a server is protected by, as far as it matters for who may reach it. */
export interface Protection {
  /** Whether clients need a token that only they know. */
  readonly hasToken: boolean
  /** Whether connections are encrypted. */
  readonly hasTls: boolean
  /** Whether the operator said that it may be reached from elsewhere all the same. */
  readonly isAllowed: boolean
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/** Tells whether an IP address can be reached from this machine only. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Finds the address to listen on, and refuses one that others can reach unless clients need a token and connections are
 * encrypted, or the operator allows it.
 *
 * @param host - an IP address, or a name of this machine
 * @throws StorageError `permission-denied` for an address beyond loopback, `invalid-argument` for a name that nobody knows
 */
export async function findListenAddress(host: string, protection: Protection): Promise<string> {
  const address = isIP(host) === 0 ? await resolveName(host) : host
  if (isLoopback(address) || protection.isAllowed || (protection.hasToken && protection.hasTls)) return address
  const lacking = [...(protection.hasToken ? [] : ['a token of your own']), ...(protection.hasTls ? [] : ['TLS'])].join(
    ' and ',
  )
  const message =
    `${host} can be reached from other machines: give ${lacking}, ` +
    'or allow it without (allowRemote, on the command line --allow-remote), or listen on 127.0.0.1'
  throw new StorageError({ code: 'permission-denied', message, details: { host } })
}

async function resolveName(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalidArgument(`the host ${JSON.stringify(host)} is not known (${reason}): give an IP address or 127.0.0.1`)
  }
}

/** Gives the host of a URL at which this machine reaches what listens on an address. */
export function urlHost(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  if (address === '::') return '[::1]'
  return isIP(address) === 6 ? `[${address}]` : address
}
