import { StorageError } from '@stowage/core'

/** One thing wrong with a configuration. */
export interface ConfigProblem {
  /** The whole line for people: place, key, what is wrong and what to do. */
  readonly message: string
  /** The key, for example `backends.lake.token`; empty for the configuration as a whole. */
  readonly key: string
  /** The configuration file, as shown in the message; undefined when the configuration is no file. */
  readonly file: string | undefined
  /** The line in that file, from 1; undefined where it isn't known. */
  readonly line: number | undefined
}

/** The keys that lead to a value. */
export type KeyPath = readonly PropertyKey[]

/** Writes a path as people do: `backends.lake.layers[0].retry`. */
export function writePath(path: KeyPath): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else text += text === '' ? String(key) : `.${String(key)}`
  }
  return text
}

/** Where a problem is. */
export interface ProblemPlace {
  /** What stands before the line number: a file's name. */
  readonly file?: string | undefined
  /** From 1. */
  readonly line?: number | undefined
  /** The key or environment variable. */
  readonly key?: string | undefined
}

/** Builds a problem's line: `stowage.config.yaml:4: backends.lake.tokn: unknown option …`. */
export function problemAt({ file, line, key = '' }: ProblemPlace, text: string): ConfigProblem {
  const place = file === undefined ? '' : line === undefined ? `${file}: ` : `${file}:${line}: `
  return { message: `${place}${key === '' ? '' : `${key}: `}${text}`, key, file, line }
}

/** Builds the error that reports all problems at once. */
export function configError(problems: readonly ConfigProblem[], cause?: unknown): StorageError {
  const [first] = problems
  const message =
    problems.length === 1 && first !== undefined
      ? first.message
      : `the configuration has ${problems.length} problems:\n${problems.map((problem) => `  ${problem.message}`).join('\n')}`
  return new StorageError({ code: 'invalid-argument', message, details: { problems } }, { operation: 'config' }, cause)
}
