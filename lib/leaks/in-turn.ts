/** Reports that use the database at the same time, so that a flood can't take all connections. */
const LANES = 2;

const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
let next = 0;

/** Runs work after the previous work in its lane, whether that failed or not. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const lane = next++ % LANES;
  const done = (lanes[lane] as Promise<unknown>).then(work);
  lanes[lane] = done.catch(() => {});
  return done;
}
