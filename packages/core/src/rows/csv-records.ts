const quoteCode = 0x22
const lineFeedCode = 0x0a
const returnCode = 0x0d

/**
 * Cuts CSV text that arrives in pieces where records end, and checks its quoting, so that splitting the records into cells
 * cannot go wrong any more.
 *
 * papaparse, which does the splitting, is fast but forgiving: it reads a lone quote, text behind a closing quote or a file
 * with both kinds of line breaks in one of several possible ways. Here they are refused or made unambiguous (CRLF outside
 * quotes becomes LF), each character is looked at once however the text is cut, and a quote that is never closed stops at
 * a limit instead of pulling the whole file into memory.
 */
export class CsvRecords {
  readonly #delimiterCode: number
  readonly #maxLength: number
  #problem: string | undefined
  #isQuoted = false
  #before = lineFeedCode
  // Whether the text so far ends with a quote that closes a cell, unless another one follows.
  #isJustClosed = false
  // A CR at the end of a piece means nothing without the character that follows.
  #return = ''
  // Pieces of the record under way; joined once, or a long record would be copied again for each piece.
  #held: string[] = []
  #heldLength = 0

  /**
   * @param delimiter - one character
   * @param maxLength - the most characters of one record
   */
  constructor(delimiter: string, maxLength: number) {
    this.#delimiterCode = delimiter.charCodeAt(0)
    this.#maxLength = maxLength
  }

  /** What is wrong with the record that follows those given so far; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Gives the records that end in this piece, joined by LF and without the last LF; undefined when none does. */
  push(piece: string): string | undefined {
    const text = this.#return + piece
    const endsWithReturn = text.endsWith('\r')
    this.#return = endsWithReturn ? '\r' : ''
    return this.#take(endsWithReturn ? text.slice(0, -1) : text)
  }

  /** Gives the last record where the text does not end with a line break. */
  end(): string | undefined {
    // A CR at the very end is what is left of a CRLF, unless it is within quotes, where the record is not over anyway.
    if (this.#problem !== undefined) return undefined
    if (this.#isQuoted) this.#problem = 'has a quoted cell that is never closed: look for a missing "'
    else if (this.#heldLength > 0) return this.#held.join('')
    return undefined
  }

  #take(piece: string): string | undefined {
    if (piece === '' || this.#problem !== undefined) return undefined
    const hasReturns = piece.includes('\r')
    const text = hasReturns ? unifyBreaks(piece, this.#isQuoted) : piece
    const hasQuotes = this.#isQuoted || this.#isJustClosed || text.includes('"')
    const end = hasReturns ? this.#loneReturn(text) : text.length
    const cut = hasQuotes ? this.#scan(text, end) : text.lastIndexOf('\n', end - 1)
    if (end < text.length && this.#problem === undefined) {
      this.#problem = 'has a CR alone outside quotes: end lines with LF or CRLF, or put the cell into quotes'
    }
    this.#before = text.charCodeAt(text.length - 1)
    return this.#release(text, cut)
  }

  #release(text: string, cut: number): string | undefined {
    const rest = cut < 0 ? text : text.slice(cut + 1)
    const records = cut < 0 ? undefined : this.#held.join('') + text.slice(0, cut)
    if (cut >= 0) this.#held = []
    this.#heldLength = rest.length + (cut < 0 ? this.#heldLength : 0)
    this.#held.push(rest)
    if (this.#heldLength > this.#maxLength) {
      this.#problem ??= `is longer than ${this.#maxLength} characters: look for a " that is never closed, or raise maxRecordLength`
    }
    return records
  }

  /** Where the first CR outside quotes is; the text's length for none. */
  #loneReturn(text: string): number {
    if (!text.includes('\r')) return text.length
    let at = 0
    for (const [index, part] of text.split('"').entries()) {
      const isOutside = (index % 2 === 1) === this.#isQuoted
      const found = isOutside ? part.indexOf('\r') : -1
      if (found >= 0) return at + found
      at += part.length + 1
    }
    return text.length
  }

  /** Follows the quotes up to `end` and gives the position of the last line break outside them; -1 for none. */
  #scan(text: string, end: number): number {
    let cut = -1
    let at = this.#startOfPiece(text)
    if (this.#problem !== undefined) return cut
    let lineBreak = text.indexOf('\n')
    for (;;) {
      if (this.#isQuoted) {
        const close = this.#closingQuote(text, at)
        if (close < 0 || this.#problem !== undefined) return cut
        this.#isQuoted = false
        at = close + 1
      }
      const open = text.indexOf('"', at)
      const outsideEnd = open < 0 || open > end ? end : open
      if (lineBreak >= 0 && lineBreak < at) lineBreak = text.indexOf('\n', at)
      if (lineBreak >= 0 && lineBreak < outsideEnd) {
        cut = text.lastIndexOf('\n', outsideEnd - 1)
        lineBreak = text.indexOf('\n', outsideEnd)
      }
      if (outsideEnd !== open) return cut
      const before = open === 0 ? this.#before : text.charCodeAt(open - 1)
      if (before !== this.#delimiterCode && before !== lineFeedCode) {
        this.#problem = 'has a quote within an unquoted cell: put the cell into quotes and double the quotes in it'
        return cut
      }
      this.#isQuoted = true
      at = open + 1
    }
  }

  /** Decides whether a quote at the end of the last piece closed its cell; the quote that says it did not is passed over. */
  #startOfPiece(text: string): number {
    if (!this.#isJustClosed) return 0
    this.#isJustClosed = false
    this.#isQuoted = text.charCodeAt(0) === quoteCode
    if (!this.#isQuoted) this.#checkAfterQuote(text.charCodeAt(0))
    return this.#isQuoted ? 1 : 0
  }

  #checkAfterQuote(code: number): void {
    if (code === this.#delimiterCode || code === lineFeedCode || code === returnCode) return
    this.#problem = 'has text behind a closing quote: double the quotes inside a quoted cell'
  }

  #closingQuote(text: string, from: number): number {
    let at = from
    for (;;) {
      const close = text.indexOf('"', at)
      if (close < 0) return -1
      const next = text.charCodeAt(close + 1)
      if (next !== quoteCode) {
        if (close + 1 === text.length) this.#isJustClosed = true
        else this.#checkAfterQuote(next)
        return close
      }
      at = close + 2
    }
  }
}

function unifyBreaks(text: string, isQuoted: boolean): string {
  if (!isQuoted && !text.includes('"')) return text.replaceAll('\r\n', '\n')
  const parts = text.split('"')
  for (let index = isQuoted ? 1 : 0; index < parts.length; index += 2) {
    parts[index] = (parts[index] ?? '').replaceAll('\r\n', '\n')
  }
  return parts.join('"')
}
