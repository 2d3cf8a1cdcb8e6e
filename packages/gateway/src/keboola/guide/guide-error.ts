import { KeboolaError } from '../keboola-error.ts'
import { bucketIdOf } from '../tables/tables.ts'

const badParameter = { status: 400, code: 'storage.validation.invalidInput' }
const badData = { status: 422, code: 'storage.tables.invalidCsvData' }

const guideForms: Readonly<Record<string, { readonly status: number; readonly code: string }>> = {
  'storage.validation': badParameter,
  'storage.buckets.validation': badParameter,
  'storage.tables.validation': badParameter,
  'storage.validation.primaryKey': badParameter,
  'validation.failed': badParameter,
  invalidCsv: badData,
  invalidData: badData,
  'csvImport.invalidCsvParams': badData,
  'csvImport.columnsNotMatch': badData,
  'storage.buckets.alreadyExists': { status: 409, code: 'storage.buckets.alreadyExists' },
}

/** Says a refusal in the words of the older guide, which has fewer codes and more statuses than the service. */
export function toGuideError(refusal: KeboolaError): KeboolaError {
  const form = Object.hasOwn(guideForms, refusal.code) ? guideForms[refusal.code] : undefined
  if (form === undefined || refusal.status !== 400) return refusal
  return new KeboolaError(form.status, form.code, refusal.message, refusal.facts, refusal)
}

/** Refuses the id of a table that can't be one, which for the service is a table it doesn't have. */
export function checkGuideTableId({ table }: Readonly<Record<string, string>>): void {
  if (table === undefined || bucketIdOf(table) !== undefined) return
  const message = `"${table.slice(0, 100)}" is not the id of a table: write it like in.c-main.customers`
  throw new KeboolaError(400, 'storage.tables.invalidId', message)
}
