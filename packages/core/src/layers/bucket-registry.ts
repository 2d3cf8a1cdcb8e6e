import type { Clock } from '../driver/adapter-definition.ts'
import { TokenBucket } from './token-bucket.ts'

// By clock, so that tests with clocks of their own share nothing with the process.
const registries = new WeakMap<Clock, Map<string, TokenBucket>>()

/**
 * Finds or makes the bucket for a key. All layers of the process that name the same key share it, also one after the other:
 * closing a storage and opening it again brings no fresh tokens.
 */
export function sharedBucket(clock: Clock, key: string, perMinute: number, burst: number): TokenBucket {
  const buckets = registries.get(clock) ?? new Map<string, TokenBucket>()
  registries.set(clock, buckets)
  const known = buckets.get(key)
  if (known !== undefined) {
    known.tighten(perMinute, burst)
    return known
  }
  // A full bucket is as good as a new one: forgetting those keeps the map as small as what is in use.
  for (const [each, bucket] of buckets) if (bucket.isIdle) buckets.delete(each)
  const made = new TokenBucket(clock, perMinute, burst)
  buckets.set(key, made)
  return made
}
