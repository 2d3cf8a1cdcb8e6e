/**
 * Finds the known name a mistyped one was most likely meant to be.
 *
 * @returns the closest name within a third of its length, or undefined
 */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  let closest: string | undefined
  let best = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < best && distance <= allowedEdits(candidate)) {
      best = distance
      closest = candidate
    }
  }
  return closest
}

// One letter is as good as another where a name has hardly more.
function allowedEdits({ length }: string): number {
  return length < 3 ? 0 : Math.max(1, Math.floor(length / 3))
}

/** Gives `; did you mean "token"?`, or nothing when no known name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const closest = closestName(name, known)
  return closest === undefined ? '' : `; did you mean "${closest}"?`
}

// Names are short; a hostile one must not cost more than its first part.
const longestName = 100

function editDistance(left: string, right: string): number {
  if (left.length > longestName || right.length > longestName) return Number.POSITIVE_INFINITY
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1]
      let cost = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (isSame ? 0 : 1),
      )
      const isSwap = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (isSwap) cost = Math.min(cost, (beforePrevious[column - 2] as number) + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.length] as number
}
