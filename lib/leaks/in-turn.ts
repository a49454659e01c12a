/**
 * Reports that may use the database at the same time. A flood of them must not take its
 * connections.
 */
const LANES = 2;

const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
let next = 0;

/**
 * Runs work when it is its turn: after what came before it in its lane, whether that failed or not.
 */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const lane = next++ % LANES;
  const done = (lanes[lane] as Promise<unknown>).then(work);
  lanes[lane] = done.catch(() => {});
  return done;
}
