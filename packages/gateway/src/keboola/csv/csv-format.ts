import { badRequest, type KeboolaError } from '../keboola-error.ts'
import type { RequestFields } from '../request-fields.ts'

/** How CSV is spelled. */
export interface CsvFormat {
  /** What stands between cells: one character. */
  readonly delimiter: string
  /** What stands around cells, doubled within them; empty for nothing. */
  readonly enclosure: string
  /** What takes the meaning from the character behind it; empty for nothing. Never together with an enclosure. */
  readonly escapedBy: string
}

/** The usual: RFC 4180. */
export const defaultCsvFormat: CsvFormat = { delimiter: ',', enclosure: '"', escapedBy: '' }

/** Reads `delimiter`, `enclosure` and `escapedBy` of a request. */
export function readCsvFormat(fields: RequestFields): CsvFormat {
  const escapedBy = fields.text('escapedBy') ?? ''
  const enclosure = fields.text('enclosure') ?? (escapedBy === '' ? defaultCsvFormat.enclosure : '')
  const given = fields.text('delimiter')
  // An empty one is left out: forms have no other way to say so.
  const delimiter = given === undefined || given === '' ? defaultCsvFormat.delimiter : given.replace(/^\\t$/, '\t')
  if (enclosure !== '' && escapedBy !== '') throw invalid('Only one of enclosure and escapedBy can be used')
  if (!isOneCharacter(delimiter)) throw invalid('CSV delimiter must be one character, or \\t for a tab')
  if (enclosure !== '' && !isOneCharacter(enclosure)) throw invalid('CSV enclosure must be one character or empty')
  if (escapedBy !== '' && !isOneCharacter(escapedBy)) throw invalid('CSV escapedBy must be one character or empty')
  if (delimiter === enclosure || delimiter === escapedBy) throw invalid('CSV delimiter must differ from the other two')
  return { delimiter, enclosure, escapedBy }
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 && !/[\r\n\0\uD800-\uDFFF\uFEFF]/.test(text)
}

function invalid(message: string): KeboolaError {
  return badRequest(message, 'csvImport.invalidCsvParams')
}
