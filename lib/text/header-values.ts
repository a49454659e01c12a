/**
 * Returns the values of all lines of one header, of which Node's parsed headers show only one.
 * `name` is in lower case.
 */
export function headerValues(rawHeaders: string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const each = rawHeaders[i] as string;
    if (each.length === name.length && each.toLowerCase() === name) values.push(rawHeaders[i + 1] as string);
  }
  return values;
}
