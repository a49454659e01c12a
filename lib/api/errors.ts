/**
 * Every error of the API: its code, its status, the message where a route has no better one, and
 * the documentation's advice.
 */
export const API_ERRORS = {
  invalid_request: {
    status: 400,
    message: "The request is not valid",
    advice: "The message names the field. Correct it and send again.",
  },
  unauthorized: {
    status: 401,
    message: "Invalid or missing API key",
    advice: "Check the header, then the key's status in your settings.",
  },
  forbidden: {
    status: 403,
    message: "Insufficient credits or quota exceeded",
    advice:
      "Your credits, your monthly quota or the key's spending cap is used up. If the headers show credits and quota left, it is the key's spending cap.",
  },
  insufficient_scope: {
    status: 403,
    message: "The API key lacks a permission",
    advice: "Give the key the permission named in the message, or use a key that has it.",
  },
  not_found: {
    status: 404,
    message: "There is nothing at this path",
    advice: "Check the path.",
  },
  method_not_allowed: {
    status: 405,
    message: "This method is not allowed here",
    advice: "The Allow header lists what works here.",
  },
  request_timeout: {
    status: 408,
    message: "The request did not arrive in time",
    advice: "Send the headers within 10 and the whole request within 30 seconds.",
  },
  conflict: {
    status: 409,
    message: "A request with this Idempotency-Key is still running",
    advice:
      "The first request is still running: wait as Retry-After says, and ask again for its answer. Without Retry-After its answer was delivered but too large to store, and you were not charged again.",
  },
  payload_too_large: {
    status: 413,
    message: "The body is larger than 1,048,576 bytes",
    advice: "Send a smaller body.",
  },
  unsupported_media_type: {
    status: 415,
    message: "The body must be application/json",
    advice: "Send Content-Type: application/json, in UTF-8 and without Content-Encoding.",
  },
  expectation_failed: {
    status: 417,
    message: "The only expectation that can be met is 100-continue",
    advice: "Remove the Expect header.",
  },
  idempotency_key_reused: {
    status: 422,
    message: "This Idempotency-Key was used for another request",
    advice: "Make a new Idempotency-Key for each new piece of work.",
  },
  rate_limit_exceeded: {
    status: 429,
    message: "Too many requests; try again when Retry-After has passed",
    advice:
      "Wait as many seconds as Retry-After says, then go on. It also comes where too many images of one account are in flight.",
  },
  headers_too_large: {
    status: 431,
    message: "The headers are larger than 16,384 bytes",
    advice: "Send fewer or shorter headers.",
  },
  internal_error: {
    status: 500,
    message: "Something went wrong on our side",
    advice: "Try again; if it stays, tell us the X-Request-Id.",
  },
  upstream_error: {
    status: 502,
    message: "The image provider failed",
    advice: "Try again in a moment. It cost nothing.",
  },
  unavailable: {
    status: 503,
    message: "The service is unavailable for the moment",
    advice: "Wait as many seconds as Retry-After says, then try again.",
  },
  upstream_timeout: {
    status: 504,
    message: "The image provider took too long",
    advice: "Try again, perhaps with a simpler prompt. It cost nothing.",
  },
} as const;
export type ApiErrorCode = keyof typeof API_ERRORS;

/**
 * Ends a request with an error of the table. The caller reads the message, so it never exposes
 * anything internal.
 */
export class ApiError extends Error {
  override name = "ApiError";
  readonly code: ApiErrorCode;
  readonly headers: Record<string, string>;

  constructor(code: ApiErrorCode, message: string = API_ERRORS[code].message, headers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** An answer as Node writes it. In `headers` names and values alternate. */
export type ApiAnswer = { status: number; headers: string[]; body?: string };

/**
 * Builds the API's only error envelope. `GoodTake-Error` lets a gateway, which doesn't read the
 * body, tell apart errors with the same status.
 */
export function errorAnswer({ code, message, headers }: ApiError): Required<ApiAnswer> {
  const body = JSON.stringify({ error: { code, message } });
  const length = String(Buffer.byteLength(body));
  return {
    status: API_ERRORS[code].status,
    headers: [
      ...["Content-Type", "application/json", "Content-Length", length, "GoodTake-Error", code],
      ...Object.entries(headers).flat(),
    ],
    body,
  };
}
