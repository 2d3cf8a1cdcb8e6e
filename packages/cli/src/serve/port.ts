import { InvalidArgumentError } from 'commander'

/** Reads a port from the command line. */
export function readPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a whole number from 0 to 65535, 0 for one that is free.')
}
