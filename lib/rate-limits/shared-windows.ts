import type { Redis } from "ioredis";
import { type Bucket, type Count, WINDOW_MS } from "#lib/rate-limits/bucket.ts";

/**
 * Lua: counts one request in all buckets, or in none, in one step for all processes. Returns whether
 * it was counted, then the requests and the milliseconds left of each window.
 */
const COUNT = `
  local counted = 1
  for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i]) then counted = 0 end
  end
  local answer = {counted}
  for _, key in ipairs(KEYS) do
    if counted == 1 then
      redis.call('SET', key, 0, 'PX', ${WINDOW_MS}, 'NX')
      redis.call('INCR', key)
    end
    local left = redis.call('PTTL', key)
    table.insert(answer, tonumber(redis.call('GET', key) or 0))
    table.insert(answer, left < 0 and ${WINDOW_MS} or left)
  end
  return answer`;

/** The commands of a client that counts in Redis, for the option `scripts` of ioredis. */
export const SCRIPTS = { countRequest: { lua: COUNT } };
type Counting = { countRequest(keys: number, ...keysAndLimits: (string | number)[]): Promise<number[]> };

/**
 * Returns the key of a bucket. All buckets of an account have one hash slot, as a script in a Redis
 * Cluster requires: the slot of a key with braces is that of what they enclose.
 */
function redisKey(accountId: string, bucketId: string): string {
  const account = `goodtake:requests:${accountId}`;
  return bucketId === accountId ? account : `{${account}}:${bucketId}`;
}

/** @throws if Redis can't answer. */
export async function countShared(redis: Redis, accountId: string, buckets: Bucket[]): Promise<Count> {
  const [counted, ...numbers] = await (redis as Redis & Counting).countRequest(
    buckets.length,
    ...buckets.map(({ id }) => redisKey(accountId, id)),
    ...buckets.map(({ limit }) => limit),
  );
  const windows = buckets.map((_, i) => ({ requests: numbers[2 * i] ?? 0, msLeft: numbers[2 * i + 1] ?? WINDOW_MS }));
  return { counted: counted === 1, windows };
}
