/**
 * Makes a getter of a value that exists once a process. A module variable would exist once more in
 * each of Next's copies of the module.
 */
export function onceAProcess<T>(name: `goodtake${string}`, make: () => T): () => T {
  const shared = globalThis as Record<string, unknown>;
  let value: T | undefined;
  return () => {
    if (value === undefined) {
      shared[name] ??= make();
      value = shared[name] as T;
    }
    return value;
  };
}
