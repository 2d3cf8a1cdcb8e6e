import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Collects garbage at once, so that what is left in memory is what somebody holds. */
export async function collectGarbage(): Promise<void> {
  // A weak reference that was looked at stays strong until the turn of the event loop is over.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
