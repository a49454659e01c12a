/**
 * Windows are fixed: the first request opens one, and the whole limit is available again when it
 * ends.
 */
export const WINDOW_SECONDS = 60;
export const WINDOW_MS = WINDOW_SECONDS * 1_000;

/** Requests that share a limit. */
export type Bucket = {
  /** The account or the key that makes the requests. */
  id: string;
  /** Requests in a window. */
  limit: number;
  /** The limit's name in the headers of an answer. */
  policy: string;
};

/**
 * What a request found in its buckets. It is counted in all of them if each has room, else in none:
 * a request that one limit rejects uses up no other.
 */
export type Count = {
  counted: boolean;
  /** In the order of the buckets. A bucket without a window has all of one left. */
  windows: { requests: number; msLeft: number }[];
};
