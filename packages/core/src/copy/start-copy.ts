import type { CallOptions } from '../portable/call-options.ts'
import type { CallPlace, Session } from '../portable/session.ts'
import { Transfer, type TransferControls } from '../transfer/transfer.ts'

/** Starts a transfer between two storages: closing either of them stops it and waits for it. */
export function startCopy<Result>(
  source: Session,
  target: Session,
  place: CallPlace,
  options: CallOptions,
  run: (controls: TransferControls) => Promise<Result>,
): Transfer<Result> {
  const transfer = new Transfer<Result>({
    signal: AbortSignal.any([source.signal({}), target.signal(options)]),
    run,
    explain: (error, signal) => target.explain(error, place, signal),
  })
  for (const session of new Set([source, target])) {
    session.enter()
    void transfer.ended.then(() => session.leave())
  }
  return transfer
}
