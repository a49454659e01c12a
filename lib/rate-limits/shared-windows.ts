import type { Redis } from "ioredis";
import type { Bucket, Count } from "#lib/rate-limits/bucket.ts";

/** Windows of one kind: the prefix of their keys in Redis, and their length. */
export type SharedWindows = { prefix: string; windowMs: number };

/**
 * Lua: counts a request in all buckets or in none, atomically for all processes. The arguments are
 * the window length in milliseconds and the limit of each bucket. Returns whether it was counted,
 * then the requests and milliseconds left of each window.
 */
const COUNT = `
  local window = ARGV[1]
  local counted = 1
  for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i + 1]) then counted = 0 end
  end
  local answer = {counted}
  for _, key in ipairs(KEYS) do
    if counted == 1 then
      redis.call('SET', key, 0, 'PX', window, 'NX')
      redis.call('INCR', key)
    end
    local left = redis.call('PTTL', key)
    table.insert(answer, tonumber(redis.call('GET', key) or 0))
    table.insert(answer, left < 0 and tonumber(window) or left)
  end
  return answer`;

/** The commands for the option `scripts` of ioredis. */
export const SCRIPTS = { countRequest: { lua: COUNT } };
type Counting = { countRequest(keys: number, ...keysAndArguments: (string | number)[]): Promise<number[]> };

/**
 * Returns the Redis key of a bucket. A script in a Redis Cluster requires that all keys have the
 * same hash slot, so all buckets of an owner have the same text in braces.
 */
function redisKey(prefix: string, ownerId: string, bucketId: string): string {
  const owner = `${prefix}:${ownerId}`;
  return bucketId === ownerId ? owner : `{${owner}}:${bucketId}`;
}

/** @throws if Redis can't answer. */
export async function countShared(
  redis: Redis,
  { prefix, windowMs }: SharedWindows,
  ownerId: string,
  buckets: Bucket[],
): Promise<Count> {
  const [counted, ...numbers] = await (redis as Redis & Counting).countRequest(
    buckets.length,
    ...buckets.map(({ id }) => redisKey(prefix, ownerId, id)),
    windowMs,
    ...buckets.map(({ limit }) => limit),
  );
  const windows = buckets.map((_, i) => ({ requests: numbers[2 * i] ?? 0, msLeft: numbers[2 * i + 1] ?? windowMs }));
  return { counted: counted === 1, windows };
}
