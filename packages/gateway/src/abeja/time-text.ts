/** Writes an instant as resources have it: `2026-03-11T09:45:12Z`. */
export function resourceTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** Writes an instant as files have it: `2026-03-11T09:45:12+00:00`. */
export function fileTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}
