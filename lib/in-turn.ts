/** Does one after the other. One that fails is no reason to leave the others; the first error is thrown at the end. */
export async function inTurn(...works: (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const work of works) await work().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
