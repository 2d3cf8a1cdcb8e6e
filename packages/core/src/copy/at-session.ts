import type { CallPlace, Session } from '../portable/session.ts'

/** Does something at one end of a copy: its failures are named by that end's session, not by the other's. */
export async function atSession<Result>(
  session: Session,
  place: CallPlace,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw session.explain(error, place, signal)
  }
}
