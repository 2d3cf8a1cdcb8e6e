import type { Filter } from '@stowage/core'
import { textId } from './text-rows.ts'

/** Filters over a table of texts that each choose some rows of forty, and others when a part of them is dropped. */
export const tellingFilters: readonly Filter[] = [
  { city: 'Oslo' },
  { city: { $ne: 'Oslo' } },
  { city: { $in: ['Oslo', 'Riga', '東京'] } },
  { city: { $nin: ['Oslo', 'Riga'] } },
  { id: { $gt: textId(30) } },
  { id: { $gte: textId(10), $lt: textId(13) } },
  { city: { $regex: '^[OŁ]' } },
  { city: { $not: { $regex: 'a$' } } },
  { city: 'Oslo', id: { $lte: textId(10) } },
  { $or: [{ id: textId(3) }, { city: 'Riga', id: { $gt: textId(20) } }] },
  { $nor: [{ city: 'Praha' }, { id: { $lt: textId(25) } }] },
  { $and: [{ id: { $gt: textId(5) } }, { id: { $lt: textId(9) } }] },
  { planet: { $exists: false }, city: 'القاهرة' },
  { city: 'oslo' },
  { city: 'Lodz' },
]
