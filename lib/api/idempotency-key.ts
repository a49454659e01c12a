import { ApiError } from "#lib/api/errors.ts";

const IDEMPOTENCY_KEY_MAX = 255;

/**
 * Reads the client's `Idempotency-Key`. The draft's form is a string in quotes (RFC 9651). Most
 * clients send it without quotes, which is the same key.
 *
 * @throws {ApiError} if it is empty, too long, or given twice (Node joins the lines with a comma).
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = /^"([\x21\x23-\x7e]+)"$/.exec(header)?.[1] ?? /^([\w.:+/=@~-]+)$/.exec(header)?.[1];
  if (!key || key.length > IDEMPOTENCY_KEY_MAX)
    throw new ApiError(
      "invalid_request",
      `Idempotency-Key must have 1 to ${IDEMPOTENCY_KEY_MAX} visible characters, such as a UUID`,
    );
  return key;
}
