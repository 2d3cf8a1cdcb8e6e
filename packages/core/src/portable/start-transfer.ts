import { Transfer, type TransferControls } from '../transfer/transfer.ts'
import type { CallOptions } from './call-options.ts'
import type { CallPlace, Session } from './session.ts'

/** Starts a transfer of a session: closing the storage stops it and waits for it. */
export function startTransfer<Result>(
  session: Session,
  place: CallPlace,
  options: CallOptions,
  run: (controls: TransferControls) => Promise<Result>,
): Transfer<Result> {
  const transfer = new Transfer<Result>({
    signal: session.signal(options),
    run,
    explain: (error, signal) => session.explain(error, place, signal),
  })
  session.enter()
  void transfer.ended.then(() => session.leave())
  return transfer
}
