/** The text of one element of a JSON array, and the line it begins on. */
export interface JsonElement {
  readonly text: string
  readonly line: number
}

type Place = 'before' | 'inside' | 'after'

/**
 * Cuts the text of a JSON array into its elements, as it arrives in pieces. Only brackets, commas and strings are followed:
 * whether an element is JSON is for `JSON.parse` to say.
 */
export class JsonElements {
  readonly #maxLength: number
  #problem: string | undefined
  #place: Place = 'before'
  // Brackets that are open within the array.
  #depth = 0
  #isInString = false
  #isEscaped = false
  #hasElements = false
  #held: string[] = []
  #heldLength = 0
  #line = 1
  #startLine = 1

  /** @param maxLength - the most characters of one element */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** What is wrong with the element that would come next; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** The line on which the element under way begins. */
  get line(): number {
    return this.#startLine + leadingBreaks(this.#held.join(''))
  }

  /** Gives the elements that end in this piece. */
  push(piece: string): JsonElement[] {
    const elements: JsonElement[] = []
    let start = 0
    let isInString = this.#isInString
    for (let at = this.#skipEscaped(); at < piece.length && this.#problem === undefined; at++) {
      const code = piece.charCodeAt(at)
      if (isInString) {
        // What an escape stands for may be in the next piece.
        if (code === 0x5c && ++at === piece.length) this.#isEscaped = true
        else if (code === 0x22) isInString = false
      } else if (code === 0x22 && this.#place === 'inside') {
        isInString = true
      } else if (this.#place === 'inside' && !isStructural(code)) {
        continue
      } else if (this.#isEnd(code)) {
        elements.push(...this.#release(piece.slice(start, at), code === 0x5d))
        start = at + 1
      } else if (this.#follow(code)) {
        start = at + 1
      }
    }
    this.#isInString = isInString
    this.#hold(piece.slice(start))
    return elements
  }

  /** Says that no more text comes. */
  end(): void {
    if (this.#place === 'before') this.#problem ??= noArray
    if (this.#place === 'inside') this.#problem ??= 'is cut, or the array is never closed: the document ends too early'
  }

  #skipEscaped(): number {
    const skipped = this.#isEscaped ? 1 : 0
    this.#isEscaped = false
    return skipped
  }

  /** Whether a character ends an element: a comma or the closing bracket of the array itself. */
  #isEnd(code: number): boolean {
    return this.#place === 'inside' && this.#depth === 0 && (code === 0x2c || code === 0x5d)
  }

  /** Follows lines and brackets; true for the bracket that begins the array. */
  #follow(code: number): boolean {
    if (code === 0x0a) this.#line++
    else if (this.#place !== 'inside') return this.#isBeginning(code)
    else if (code === 0x5b || code === 0x7b) this.#depth++
    else if (code === 0x5d || code === 0x7d) {
      if (this.#depth-- === 0) this.#problem = 'has a closing bracket too many'
    }
    return false
  }

  #isBeginning(code: number): boolean {
    if (code === 0x20 || code === 0x09 || code === 0x0d) return false
    if (this.#place === 'after') this.#problem = 'comes after the array: the document has to be one array of objects'
    else if (code !== 0x5b) this.#problem = noArray
    else {
      this.#place = 'inside'
      this.#startLine = this.#line
      return true
    }
    return false
  }

  /** Ends the element under way: one, or none in an empty array. */
  #release(end: string, isLast: boolean): JsonElement[] {
    const text = this.#held.length === 0 ? end : this.#held.join('') + end
    const isBlank = text.trim() === ''
    const line = this.#startLine + leadingBreaks(text)
    // An empty array is fine; elsewhere nothing stands where an element should.
    if (isBlank && (!isLast || this.#hasElements)) this.#problem = 'is empty: look for a comma too many'
    this.#hasElements = true
    this.#held = []
    this.#heldLength = 0
    this.#startLine = this.#line
    if (isLast) this.#place = 'after'
    return isBlank ? [] : [{ text, line }]
  }

  #hold(rest: string): void {
    if (this.#place !== 'inside' || rest === '') return
    this.#held.push(rest)
    this.#heldLength += rest.length
    if (this.#heldLength > this.#maxLength) this.#problem ??= `is longer than ${this.#maxLength} characters`
  }
}

const noArray = 'is missing: the document has to be an array of objects (for one object on each line, read JSON lines)'

function isStructural(code: number): boolean {
  return code === 0x2c || code === 0x0a || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d
}

function leadingBreaks(text: string): number {
  const leading = text.slice(0, text.length - text.trimStart().length)
  return leading.split('\n').length - 1
}
