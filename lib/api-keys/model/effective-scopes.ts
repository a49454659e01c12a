/**
 * Returns the names of permissions with those that they imply, each once: the granted ones first. A
 * granted name that the table doesn't have stays, because keys keep what they were given.
 */
export function effectiveScopes(
  granted: readonly string[],
  table: readonly { name: string; implies: readonly string[] }[],
): string[] {
  const implied = new Map(table.map(({ name, implies }) => [name, implies]));
  const names = new Set(granted);
  // A set's iterator goes on with names that are added later.
  for (const name of names) for (const next of implied.get(name) ?? []) names.add(next);
  return [...names];
}
