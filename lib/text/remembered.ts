const REMEMBERED_MAX = 10_000;

/**
 * Returns a function that computes each text's value once. For short texts that repeat: up to
 * 10,000 stay in memory.
 */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      if (known.size >= REMEMBERED_MAX) known.clear();
      made = make(text);
      known.set(text, made);
    }
    return made;
  };
}
