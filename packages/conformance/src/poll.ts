import { setTimeout as wait } from 'node:timers/promises'

/**
 * Waits until something is so, looking again every 10 ms.
 *
 * @param isSo - looked at each time
 * @param otherwise - what to say when it isn't so in the end
 * @param timeoutMs - how long to wait. Default 20 s
 */
export async function poll(
  isSo: () => boolean | Promise<boolean>,
  otherwise: string,
  timeoutMs = 20_000,
): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error(otherwise)
    await wait(10)
  }
}
