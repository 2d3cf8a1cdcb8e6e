import { writeFile } from 'node:fs/promises'
import { openStorage, StorageError } from 'stowage'

const storage = await openStorage({ adapter: 'local', memory: true })
const bucket = storage.bucket('main')
await bucket.create()
const columns = { id: 'string', name: 'string', balance: 'number', note: 'string' } as const
const people = bucket.table('people')
await people.create({ columns, primaryKey: ['id'] })

// #region load
await writeFile('people.csv', 'id;name;balance;note\n1;Ada;12.50;\n2;Bob;;NULL\n')
await people.load('people.csv', { csv: { delimiter: ';', nullText: 'NULL' } })
console.log(await people.find({}, { sort: { id: 1 } }).toArray())
// #endregion load

// #region lossless
await people.insert({ id: '3', name: 'Eve', balance: 0 }) // note is missing, which is neither null nor ''
await people.export('lossless.csv', { csv: { dialect: 'lossless' } })

const copy = bucket.table('copy')
await copy.create({ columns, primaryKey: ['id'] })
await copy.load('lossless.csv', { csv: { dialect: 'lossless' } })
// #endregion lossless

// #region fault
await writeFile('broken.csv', 'id,name,balance\n4,Kim,12\n5,Lou,much\n')
const fault: unknown = await people.load('broken.csv').catch((error: unknown) => error)
if (StorageError.is(fault, 'invalid-argument')) console.log(fault.message, fault.details)
// #endregion fault

const text = async (table: typeof people): Promise<string> =>
  JSON.stringify(await table.find({}, { sort: { id: 1 } }).toArray())
if ((await text(people)) !== (await text(copy)) || !StorageError.is(fault)) throw new Error('the example is wrong')
await storage.close()
