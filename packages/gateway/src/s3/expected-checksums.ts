import { checksumBytes, type ChecksumName, checksumNames, type RunningChecksum, startChecksum } from './checksums.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

const prefix = 'x-amz-checksum-'
// These say how checksums are to be made or shown, and are none.
const others = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-mode', 'x-amz-checksum-type'])

interface Expected {
  readonly running: RunningChecksum
  /** What it must come to, in base64; undefined until the trailer says it. */
  value: string | undefined
}

/** The checksums a request gives for its body, in its headers or announced for the trailer. */
export class ExpectedChecksums {
  readonly #expected = new Map<ChecksumName, Expected>()

  /** @throws S3Error for a value that is none of its algorithm, or an algorithm that isn't known */
  constructor(request: S3Request) {
    for (const header of [...request.headers.keys(), ...request.hoisted.keys()]) {
      if (!header.startsWith(prefix) || others.has(header)) continue
      const name = nameOf(header)
      this.#expected.set(name, { running: startChecksum(name), value: checked(name, request.header(header) ?? '') })
    }
    for (const header of (request.header('x-amz-trailer') ?? '').split(',')) {
      const announced = header.trim().toLowerCase()
      if (!announced.startsWith(prefix)) continue
      const name = nameOf(announced)
      this.#expected.set(name, { running: startChecksum(name), value: undefined })
    }
  }

  /** Adds bytes of the body. */
  update(bytes: Uint8Array): void {
    for (const { running } of this.#expected.values()) running.update(bytes)
  }

  /** Takes what the trailer says; one that wasn't announced can't be checked any more. */
  addTrailers(trailers: ReadonlyMap<string, string>): void {
    for (const [header, value] of trailers) {
      if (!header.startsWith(prefix)) continue
      const name = nameOf(header)
      const expected = this.#expected.get(name)
      if (expected === undefined) {
        throw new S3Error('InvalidRequest', { message: `The trailer ${header} was not announced in x-amz-trailer` })
      }
      expected.value = checked(name, value)
    }
  }

  /** Compares, after the last byte. */
  check(): void {
    for (const [name, { running, value }] of this.#expected) {
      if (value === undefined)
        throw new S3Error('InvalidRequest', { message: `The trailer ${prefix}${name} is missing` })
      if (running.digest() !== value) {
        throw new S3Error('BadDigest', { message: `The ${name} you specified did not match what we received` })
      }
    }
  }

  /** The checksums as headers. */
  get headers(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#expected].map(([name, { value }]) => [`${prefix}${name}`, value ?? '']))
  }
}

function nameOf(header: string): ChecksumName {
  const name = checksumNames.find((known) => header === `${prefix}${known}`)
  if (name !== undefined) return name
  throw new S3Error('NotImplemented', { message: `${header} is not served: use one of ${checksumNames.join(', ')}` })
}

function checked(name: ChecksumName, value: string): string {
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length === checksumBytes[name] && bytes.toString('base64') === value) return value
  throw new S3Error('InvalidRequest', { message: `Value for ${prefix}${name} header is invalid` })
}
