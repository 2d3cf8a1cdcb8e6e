import { type Address, parseAddress } from '../address.ts'
import { UsageError } from '../usage-error.ts'

/** One side of a copy of files. */
export interface CopyPlace extends Address {
  readonly bucket: string
  /** A file's key, or what keys begin with: empty for a whole bucket. */
  readonly name: string
  /** Whether it is what keys begin with: its address ends in `/`. */
  readonly isPrefix: boolean
}

/** Reads what is copied, and where to. A single file may go to a prefix, and keeps the last part of its key then. */
export function readPlaces(source: string, target: string): readonly [CopyPlace, CopyPlace] {
  const [from, to] = [readPlace(source), readPlace(target)]
  if (from.isPrefix && !to.isPrefix) {
    throw new UsageError(`${JSON.stringify(target)} is one file, and what is copied may be many: end it with /`)
  }
  if (from.isPrefix || !to.isPrefix) return [from, to]
  const last = from.name.slice(from.name.lastIndexOf('/') + 1)
  return [from, { ...to, name: to.name + last, isPrefix: false }]
}

/** Writes the address of a place. */
export function addressOf({ backend, bucket, name }: CopyPlace): string {
  return `${backend === undefined ? '' : `${backend}:`}${bucket}/${name}`
}

function readPlace(text: string): CopyPlace {
  const { backend, bucket, name = '' } = parseAddress(text)
  const isPrefix = text.endsWith('/')
  if (bucket === undefined) throw new UsageError(`${JSON.stringify(text)} names no bucket: write [backend:]bucket/key`)
  if (name === '' && !isPrefix) {
    throw new UsageError(`${JSON.stringify(text)} names no file: end it with / for the whole bucket`)
  }
  return { backend, bucket, name, isPrefix }
}
