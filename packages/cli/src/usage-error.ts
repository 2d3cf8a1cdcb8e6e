/** What was asked for can't be: shown without a stack, and the process ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
