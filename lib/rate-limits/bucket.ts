/**
 * Windows are fixed: the first request opens one, and the full limit is available again when it
 * ends.
 */
export const WINDOW_SECONDS = 60;
export const WINDOW_MS = WINDOW_SECONDS * 1_000;

/** Requests that share a limit. */
export type Bucket = {
  /** The id of the account or key that makes the requests. */
  id: string;
  /** The most requests in a window. */
  limit: number;
  /** The limit's name in the response headers. */
  policy: string;
};

/**
 * The state of a request's buckets. A request counts in all of them if each has room, else in none,
 * so a request that one limit rejects uses up no other.
 */
export type Count = {
  counted: boolean;
  /** In the order of the buckets. A bucket without an open window has the full time left. */
  windows: { requests: number; msLeft: number }[];
};
