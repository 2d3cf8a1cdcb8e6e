import { invalidArgument } from '../errors/storage-error.ts'
import { type CodePointSet, isInSet, lastCodePoint, wordCharacters } from './code-point-set.ts'
import { hasBoundary } from './regex-rewrite.ts'
import type { RegexNode } from './regex-syntax.ts'

/** One step of a program; `next` and `other` are places in it. */
export type Instruction =
  | { readonly kind: 'character'; readonly set: number; readonly next: number }
  | { readonly kind: 'split'; readonly next: number; readonly other: number }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'no-boundary'; readonly next: number }
  | { readonly kind: 'match' }

/** A pattern as a nondeterministic automaton over classes of characters that no part of it tells apart. */
export interface RegexProgram {
  /** The instructions; the last one is `match`. */
  readonly instructions: readonly Instruction[]
  /** Where it begins. */
  readonly entry: number
  /** For each set of the program, whether each class belongs to it. */
  readonly members: readonly Uint8Array[]
  /** Whether each class consists of word characters. */
  readonly wordClasses: Uint8Array
  /** The class of each code point below 256. */
  readonly lowClasses: Uint16Array
  /** The first code points of runs of one class, in order. */
  readonly runStarts: Uint32Array
  /** The class of each run. */
  readonly runClasses: Uint16Array
  /** How many classes there are. */
  readonly classCount: number
  /** Whether it looks at word boundaries. */
  readonly hasBoundary: boolean
}

// Bounds the work for one character of the text.
const maxInstructions = 1000

/**
 * Compiles a pattern to a program.
 *
 * @throws {@link StorageError} `invalid-argument` when its repetitions multiply to too many instructions
 */
export function compileProgram(node: RegexNode, place: string): RegexProgram {
  const builder = new ProgramBuilder(place)
  const entry = builder.add(node, builder.push({ kind: 'match' }))
  return { instructions: builder.instructions, entry, hasBoundary: hasBoundary(node), ...classesOf(builder.sets) }
}

/** Builds from the end to the start, so that every instruction knows what follows it. */
class ProgramBuilder {
  readonly instructions: Instruction[] = []
  readonly sets: CodePointSet[] = []
  readonly #place: string
  readonly #setNumbers = new Map<string, number>()

  constructor(place: string) {
    this.#place = place
  }

  /** Adds instructions that match a node and go on at `next`; gives where they begin. */
  add(node: RegexNode, next: number): number {
    switch (node.kind) {
      case 'set':
        return this.push({ kind: 'character', set: this.#setNumber(node.set), next })
      case 'sequence':
        return node.nodes.reduceRight((after, child) => this.add(child, after), next)
      case 'choice':
        return node.nodes.map((child) => this.add(child, next)).reduceRight((other, one) => this.#split(one, other))
      case 'repeat':
        return this.#repeat(node, next)
      default:
        return this.push({ kind: node.kind, next })
    }
  }

  push(instruction: Instruction): number {
    if (this.instructions.length >= maxInstructions) {
      throw invalidArgument(
        `${this.#place}: the repetitions of the pattern multiply to more than ${maxInstructions} steps: lower the counts`,
      )
    }
    return this.instructions.push(instruction) - 1
  }

  #repeat({ node, min, max }: Extract<RegexNode, { readonly kind: 'repeat' }>, next: number): number {
    let entry = max === Infinity ? this.#loop(node, next) : next
    if (max !== Infinity) {
      for (let count = min; count < max; count++) entry = this.#split(this.add(node, entry), next)
    }
    for (let count = 0; count < min; count++) entry = this.add(node, entry)
    return entry
  }

  #loop(node: RegexNode, next: number): number {
    const split = this.push({ kind: 'split', next, other: next })
    const body = this.add(node, split)
    this.instructions[split] = { kind: 'split', next: body, other: next }
    return split
  }

  #split(next: number, other: number): number {
    return this.push({ kind: 'split', next, other })
  }

  #setNumber(set: CodePointSet): number {
    const key = String(set)
    const known = this.#setNumbers.get(key)
    if (known !== undefined) return known
    this.#setNumbers.set(key, this.sets.length)
    return this.sets.push(set) - 1
  }
}

type Classes = Omit<RegexProgram, 'instructions' | 'entry' | 'hasBoundary'>

/** Divides all code points into classes: two are in one class when every set holds both or neither. */
function classesOf(sets: readonly CodePointSet[]): Classes {
  const all = [...sets, wordCharacters]
  const starts = new Set([0])
  for (const [first, last] of all.flat()) {
    starts.add(first)
    if (last < lastCodePoint) starts.add(last + 1)
  }
  const runStarts = Uint32Array.from([...starts].sort((a, b) => a - b))
  const numbers = new Map<string, number>()
  const samples: number[] = []
  const runClasses = Uint16Array.from(runStarts, (start) => {
    const signature = all.map((set) => Number(isInSet(set, start))).join('')
    const known = numbers.get(signature)
    if (known !== undefined) return known
    numbers.set(signature, numbers.size)
    return samples.push(start) - 1
  })
  const membersOf = (set: CodePointSet) => Uint8Array.from(samples, (sample) => Number(isInSet(set, sample)))
  return {
    members: sets.map(membersOf),
    wordClasses: membersOf(wordCharacters),
    lowClasses: Uint16Array.from({ length: 256 }, (_, codePoint) => findClass(runStarts, runClasses, codePoint)),
    runStarts,
    runClasses,
    classCount: samples.length,
  }
}

/** The class of a code point, by binary search. */
export function findClass(runStarts: Uint32Array, runClasses: Uint16Array, codePoint: number): number {
  let low = 0
  let high = runStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((runStarts[middle] as number) <= codePoint) low = middle
    else high = middle - 1
  }
  return runClasses[low] as number
}
