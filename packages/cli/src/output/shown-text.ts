// Control characters could move the cursor, rename the window or hide what follows.
// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Makes text harmless to show on a terminal: one line, control characters as escapes. */
export function shownText(text: string): string {
  return text.replace(controls, (character) => {
    const json = JSON.stringify(character).slice(1, -1)
    return json.startsWith('\\') ? json : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Shows a value of a row or an answer: text as it is, nothing for what is missing, JSON for everything else. */
export function shownValue(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return shownText(value)
  if (value instanceof Date) return value.toISOString()
  return shownText(JSON.stringify(value))
}
