/** The oldest Node everything runs on. */
const leastNode = [22, 18] as const

/** Says what to do about a version of Node; undefined when it will do. */
export function remedyForNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
  return isEnough ? undefined : `install Node ${leastNode.join('.')} or newer`
}
