import type { Scorecard } from './scorecard.ts'

/** Gives a scorecard as JSON text, two spaces deep, with a line feed at its end. */
export function scorecardJson(scorecard: Scorecard): string {
  return `${JSON.stringify(scorecard, undefined, 2)}\n`
}
