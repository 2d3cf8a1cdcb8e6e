/** What the process ends with: 0 for success, 1 for a failure, 2 for a command line that says nothing we know. */
export const exitCodes = { success: 0, failure: 1, usage: 2 } as const
