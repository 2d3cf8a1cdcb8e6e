import { type Answer, noContent, ok } from '../answer.ts'
import { isColumnName, webalizeColumnName } from '../column-name.ts'
import type { Exchange, KeboolaContext } from '../keboola-context.ts'
import { KeboolaError } from '../keboola-error.ts'

const code = 'storage.tables.validation.invalidColumnName'

/** `POST webalize/column-names`: gives names as columns will have them. */
export async function webalizeColumnNames(_context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  return ok({ columnNames: readNames(exchange).map(webalizeColumnName) })
}

/** `POST validate/column-names`: refuses names that columns could not have as they are. */
export async function validateColumnNames(_context: KeboolaContext, exchange: Exchange): Promise<Answer> {
  const names = readNames(exchange)
  const wrong = names.find((name) => !isColumnName(name) || webalizeColumnName(name) !== name)
  if (wrong !== undefined) throw new KeboolaError(422, code, `"${wrong.slice(0, 100)}" is not a valid column name`)
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw new KeboolaError(422, code, `The column name "${name}" is there twice`)
    seen.add(name.toLowerCase())
  }
  return noContent
}

function readNames({ fields }: Exchange): readonly string[] {
  const names = fields.texts('columnNames')
  if (names === undefined) throw new KeboolaError(422, code, 'Parameter "columnNames" is required')
  return names
}
