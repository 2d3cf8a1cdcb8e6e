import type { Clock } from '@stowage/core/driver'
import type { PartedWrite, SentPart } from './object-store.ts'
import type { CutPart } from './part-cutter.ts'
import { repeat } from './repeat.ts'
import type { KeboolaCallOptions } from './wire.ts'

/** So many parts are on their way at a time. */
const parallelParts = 4

/** What parts are sent with. */
export interface PartSending {
  /** Where they go. */
  readonly write: PartedWrite
  /** The parts, the first ones too. */
  readonly parts: AsyncIterable<CutPart>
  /** Told that a part's memory is no longer needed. */
  readonly giveBack: (bytes: Uint8Array) => void
  /** Waits before a part is sent again. */
  readonly clock: Clock
  /** Ends reading and sending; aborted here when a part can't be sent. */
  readonly controller: AbortController
  /** Counts requests. */
  readonly receipt: KeboolaCallOptions['receipt']
}

/** Sends all parts, a few at a time, and gives what the store knows them by. When one can't be sent no other is left running. */
export async function sendParts(sending: PartSending): Promise<readonly SentPart[]> {
  const { parts, controller } = sending
  const sent: SentPart[] = []
  const running = new Set<Promise<void>>()
  let failure: { readonly reason: unknown } | undefined
  const fail = (reason: unknown): void => {
    failure ??= { reason }
    controller.abort(reason)
  }
  try {
    for await (const part of parts) {
      if (failure !== undefined) break
      const task: Promise<void> = sendPart(sending, part)
        .then((done) => void sent.push(done), fail)
        .finally(() => running.delete(task))
      running.add(task)
      if (running.size >= parallelParts) await Promise.race(running)
    }
  } catch (error) {
    fail(error)
  }
  await Promise.all(running)
  // Assigned in callbacks, which the compiler doesn't follow.
  const failed = failure as { readonly reason: unknown } | undefined
  if (failed !== undefined) throw failed.reason
  return sent.toSorted((left, right) => left.number - right.number)
}

async function sendPart(
  { write, giveBack, clock, controller, receipt }: PartSending,
  { number, bytes }: CutPart,
): Promise<SentPart> {
  const call = { signal: controller.signal, receipt }
  const sent = await repeat(clock, call, () => write.put(number, bytes, call))
  giveBack(bytes)
  return sent
}
