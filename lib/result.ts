/**
 * An expected outcome as a value: `error` is a literal that the caller must tell apart. Surprises
 * throw.
 */
export type Result<T, E extends string> = { ok: true; value: T } | { ok: false; error: E };

export function ok(): { ok: true; value: undefined };
export function ok<T>(value: T): { ok: true; value: T };
export function ok(value?: unknown) {
  return { ok: true, value };
}

export function err<E extends string>(error: E): { ok: false; error: E } {
  return { ok: false, error };
}
