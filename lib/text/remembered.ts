const REMEMBERED_MAX = 10_000;

/** Returns a function that makes each text's value once. Texts must be short and few: up to 10,000 of them stay in memory. */
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
