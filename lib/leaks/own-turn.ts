let last: Promise<void> = Promise.resolve();

/**
 * Lets one report start in each turn of the event loop, so that many that arrive together delay
 * other requests by one each.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
  return last;
}
