import { z } from 'zod'
import { toInstant } from './timestamps.ts'

/** An id: a number in some answers, a text in others; kept as text. */
export const id: z.ZodType<string> = z.union([z.string().min(1), z.int().transform(String)])

/** An id that may be left out. */
export const optionalId: z.ZodType<string | undefined> = z
  .union([z.string(), z.int().transform(String)])
  .nullish()
  .transform((value) => value || undefined)

/** A text that may be left out. */
export const optionalText: z.ZodType<string | undefined> = z
  .string()
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined)

/** An instant in any of the service's forms; undefined for anything else. */
export const instant: z.ZodType<Date | undefined> = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? toInstant(value) : undefined))

/** A whole number from 0, which may be a text of digits; undefined for anything else. */
export const count: z.ZodType<number | undefined> = z
  .unknown()
  .optional()
  .transform((value) => {
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
  })

/** A flag; what is missing is false. */
export const flag: z.ZodType<boolean> = z
  .unknown()
  .optional()
  .transform((value) => value === true || value === 1 || value === '1')

/** A list of texts; what is missing is empty. */
export const texts: z.ZodType<readonly string[]> = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])

/** A map: PHP writes an empty one as a list. */
export const anyMap: z.ZodType<Readonly<Record<string, unknown>>> = z
  .unknown()
  .optional()
  .transform((value) => (isMap(value) ? value : {}))

/** Makes the shape of a map of something; an empty one may be a list, or left out. */
export function mapOf<Item>(item: z.ZodType<Item>): z.ZodType<Readonly<Record<string, Item>>> {
  return z.preprocess((value) => (isMap(value) ? value : {}), z.record(z.string(), item))
}

/** Makes the shape of an object that may be left out, be null or an empty list. */
export function optional<Item>(shape: z.ZodType<Item>): z.ZodType<Item | undefined> {
  return z.preprocess((value) => (isMap(value) ? value : undefined), shape.optional())
}

/** The answer of a call that gives nothing: whatever it is. */
export const nothing: z.ZodType<void> = z
  .unknown()
  .optional()
  .transform(() => undefined)

/** Tells whether a value is a JSON object. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Adds properties that don't show when an object is printed, serialized or copied: they hold credentials. */
export function withHidden<Shown extends object, Hidden extends object>(shown: Shown, hidden: Hidden): Shown & Hidden {
  for (const [name, value] of Object.entries(hidden)) Object.defineProperty(shown, name, { value, enumerable: false })
  return shown as Shown & Hidden
}
