import { findClass, type Instruction, type RegexProgram } from './regex-program.ts'

// States of the deterministic automaton; positive numbers are places in the tables.
const accepted = -1
const dead = -2
const unknown = 0
const startNumber = 1

// Bounds what is kept for one pattern to a few megabytes.
const maxCells = 1 << 18
// A text that fills the tables this often makes a new state for nearly every character: keeping them only costs.
const maxFlushes = 4

/** What is known between two characters: where the program stands, and what lies before. */
interface State {
  /** Instructions to go on from, without repeats. */
  readonly heads: readonly number[]
  /** Whether nothing lies before. */
  readonly isStart: boolean
  /** Whether a word character lies before; always false for programs that look at no boundary. */
  readonly isAfterWord: boolean
}

/**
 * Runs a program over texts, in time linear in their length: a deterministic automaton whose states are made when first
 * needed, and forgotten when there are too many.
 */
export class RegexAutomaton {
  readonly #program: RegexProgram
  readonly #isAnchored: boolean
  readonly #width: number
  readonly #marks: Uint32Array
  readonly #start: State
  #mark = 0
  #states: State[] = []
  #numbers = new Map<string, number>()
  #table = new Int32Array(0)
  #cells = 0
  #flushes = 0

  /** @param isAnchored - whether the pattern can only be found at the start of a text */
  constructor(program: RegexProgram, isAnchored: boolean) {
    this.#program = program
    this.#isAnchored = isAnchored
    // One column more, for the end of the text.
    this.#width = program.classCount + 1
    this.#start = { heads: [program.entry], isStart: true, isAfterWord: false }
    this.#marks = new Uint32Array(program.instructions.length)
    this.#flush()
  }

  /** Tells whether the pattern is found somewhere in a text. */
  isFoundIn(text: string): boolean {
    const lastFlush = this.#flushes + maxFlushes
    const { lowClasses } = this.#program
    const width = this.#width
    let table = this.#table
    let state = startNumber
    for (let at = 0; at < text.length; at++) {
      let codePoint = text.charCodeAt(at)
      if (codePoint >= 0xd800) {
        codePoint = text.codePointAt(at) as number
        if (codePoint > 0xffff) at += 1
      }
      const kind = codePoint < 256 ? (lowClasses[codePoint] as number) : this.#classOf(codePoint)
      let next = table[state * width + kind] as number
      if (next === unknown) {
        next = this.#explore(state, kind)
        if (this.#flushes > lastFlush) return this.#simulate(text)
        table = this.#table
      }
      if (next < 0) return next === accepted
      state = next
    }
    const end = width - 1
    return (table[state * width + end] || this.#explore(state, end)) === accepted
  }

  /** Steps from state to state and keeps none. */
  #simulate(text: string): boolean {
    let state = this.#start
    for (const character of text) {
      const next = this.#step(state, this.#classOf(character.codePointAt(0) as number))
      if (typeof next === 'number') return next === accepted
      state = next
    }
    return this.#step(state, this.#width - 1) === accepted
  }

  #classOf(codePoint: number): number {
    return findClass(this.#program.runStarts, this.#program.runClasses, codePoint)
  }

  /** Finds where a state leads with a character of a class and notes it. */
  #explore(number: number, kind: number): number {
    const table = this.#table
    const next = this.#step(this.#states[number] as State, kind)
    const target = typeof next === 'number' ? next : this.#number(next)
    // Making room for the new state may have replaced the table.
    if (table === this.#table) table[number * this.#width + kind] = target
    return target
  }

  #number(state: State): number {
    const heads = [...state.heads].sort((a, b) => a - b).join()
    const key = `${state.isStart}${state.isAfterWord}${heads}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    if (this.#cells > maxCells) this.#flush()
    this.#cells += this.#width + state.heads.length
    const number = this.#states.push(state) - 1
    this.#numbers.set(key, number)
    this.#growTable()
    return number
  }

  #growTable(): void {
    const cells = this.#states.length * this.#width
    if (cells <= this.#table.length) return
    const table = new Int32Array(cells * 2)
    table.set(this.#table)
    this.#table = table
  }

  #flush(): void {
    this.#flushes += 1
    this.#cells = 0
    // Number 0 stands for "unknown" in the table.
    this.#states = [this.#start]
    this.#numbers = new Map()
    this.#table = new Int32Array(0)
    this.#number(this.#start)
  }

  #step(state: State, kind: number): State | number {
    const { instructions, members, wordClasses, hasBoundary, entry } = this.#program
    const characters = this.#reach(state, kind)
    if (characters === undefined) return accepted
    if (kind === this.#width - 1) return dead
    const heads: number[] = []
    const mark = ++this.#mark
    const add = (head: number) => {
      if (this.#marks[head] !== mark) heads.push(head)
      this.#marks[head] = mark
    }
    for (const at of characters) {
      const instruction = instructions[at]
      if (instruction?.kind === 'character' && members[instruction.set]?.[kind] === 1) add(instruction.next)
    }
    if (!this.#isAnchored) add(entry)
    if (heads.length === 0) return dead
    return { heads, isStart: false, isAfterWord: hasBoundary && wordClasses[kind] === 1 }
  }

  /** Gives the character instructions a state reaches without reading; undefined when it reaches the match. */
  #reach(state: State, kind: number): number[] | undefined {
    const { instructions, wordClasses } = this.#program
    const isEnd = kind === this.#width - 1
    const isBoundary = state.isAfterWord !== (wordClasses[kind] === 1)
    const mark = ++this.#mark
    const stack = [...state.heads]
    const characters: number[] = []
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#marks[at] === mark) continue
      this.#marks[at] = mark
      const instruction = instructions[at] as Instruction
      switch (instruction.kind) {
        case 'match':
          return undefined
        case 'character':
          characters.push(at)
          break
        case 'split':
          stack.push(instruction.next, instruction.other)
          break
        case 'start':
          if (state.isStart) stack.push(instruction.next)
          break
        case 'end':
          if (isEnd) stack.push(instruction.next)
          break
        case 'boundary':
          if (isBoundary) stack.push(instruction.next)
          break
        case 'no-boundary':
          if (!isBoundary) stack.push(instruction.next)
          break
      }
    }
    return characters
  }
}
