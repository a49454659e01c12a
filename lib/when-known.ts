/**
 * Calls `use` at once where the value is there already, else when its promise resolves: most
 * requests wait for nothing.
 */
export function whenKnown<T, R>(value: T | Promise<T>, use: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}
