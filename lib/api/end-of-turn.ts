let waiting: (() => void)[] = [];

/**
 * Resolves when the event loop has seen all that came in with the caller. Answers that wait for it are written one right after the
 * other, so that who reads them is woken once and not for each: on a virtual machine that was most of the cost of an answer
 * (`npm run bench`).
 */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(resolveAll);
    waiting.push(resolve);
  });
}

function resolveAll(): void {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve();
}
