import { expect, test } from 'vitest'

/**
 * Declares the test that stands for those a missing server keeps from running: skipped with the reason, or failing where servers must be there, as
 * in CI.
 */
export function requireServer(server: string, missing: string): void {
  test(`${server} is there`, ({ skip }) => {
    if (process.env['SKIP_NOTHING'] !== '1') skip(missing)
    expect.fail(missing)
  })
}
