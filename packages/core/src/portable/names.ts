import { invalidArgument } from '../errors/storage-error.ts'

/**
 * Checks a name: a text that isn't empty, is well-formed Unicode and fits the backend's limit.
 *
 * @param kind - what it names, for the message
 * @param name - the name
 * @param limitBytes - the most UTF-8 bytes; undefined for no limit
 */
export function checkName(kind: string, name: string, limitBytes: number | undefined): string {
  if (typeof name !== 'string' || name === '') throw invalidArgument(`a ${kind} must be a text that isn't empty`)
  if (!name.isWellFormed()) throw invalidArgument(`the ${kind} ${JSON.stringify(name)} holds half of a surrogate pair`)
  // A UTF-16 unit is at most 3 bytes: most names need no counting.
  if (limitBytes === undefined || name.length * 3 <= limitBytes) return name
  const bytes = Buffer.byteLength(name)
  if (bytes > limitBytes)
    throw invalidArgument(`the ${kind} is ${bytes} bytes long: this backend takes at most ${limitBytes}`)
  return name
}

/** Checks that options hold only known names: a misspelt option is an error, never ignored. */
export function checkOptions(place: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw invalidArgument(`${place} has no option "${name}": it takes ${known.join(', ')}`)
  }
}
