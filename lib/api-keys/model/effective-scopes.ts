/**
 * Returns the granted permissions and those that they imply, each once, the granted ones first.
 * Keeps a granted name that no longer exists.
 */
export function effectiveScopes(
  granted: readonly string[],
  table: readonly { name: string; implies: readonly string[] }[],
): string[] {
  const implied = new Map(table.map(({ name, implies }) => [name, implies]));
  const names = new Set(granted);
  // A set's iterator also visits names that are added during the loop.
  for (const name of names) for (const next of implied.get(name) ?? []) names.add(next);
  return [...names];
}
