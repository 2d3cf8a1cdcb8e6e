import { StorageError } from '../errors/storage-error.ts'
import { type DriverGroups, methodsOfGroup } from './operation.ts'

/**
 * Makes a whole group of a driver from the methods a backend has: the others fail with `internal`, for core never calls an operation
 * that the capability record doesn't declare.
 *
 * `tables.exportCsv` stays absent where it is left out: core asks whether it is there.
 *
 * @param group - which group
 * @param methods - the methods there are; an object or an instance of a class
 */
export function completeGroup<Group extends keyof DriverGroups>(
  group: Group,
  methods: Partial<DriverGroups[Group]>,
): DriverGroups[Group] {
  const complete: Record<string, unknown> = {}
  for (const name of methodsOfGroup(group)) {
    const method = (methods as Record<string, unknown>)[name]
    if (typeof method === 'function') complete[name] = method.bind(methods)
    else if (name !== 'exportCsv') complete[name] = async () => Promise.reject(undeclared(`${group}.${name}`))
  }
  return complete as unknown as DriverGroups[Group]
}

function undeclared(operation: string): StorageError {
  const message = `${operation} was called, but this backend doesn't have it: a fault of the capability record or of the caller`
  return new StorageError({ code: 'internal', message })
}
