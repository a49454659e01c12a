/** Every error that the API answers: its code, status and the message where a route has nothing more exact to say. */
export const API_ERRORS = {
  invalid_request: { status: 400, message: "The request is not valid" },
  unauthorized: { status: 401, message: "Invalid or missing API key" },
  forbidden: { status: 403, message: "Insufficient credits or quota exceeded" },
  not_found: { status: 404, message: "There is nothing at this path" },
  method_not_allowed: { status: 405, message: "This method is not allowed here" },
  conflict: { status: 409, message: "A request with this Idempotency-Key is still running" },
  payload_too_large: { status: 413, message: "The body is larger than 1,048,576 bytes" },
  unsupported_media_type: { status: 415, message: "The body must be application/json" },
  idempotency_key_reused: { status: 422, message: "This Idempotency-Key was used for another request" },
  rate_limit_exceeded: { status: 429, message: "Too many requests; try again when Retry-After has passed" },
  internal_error: { status: 500, message: "Something went wrong on our side" },
  upstream_error: { status: 502, message: "The image provider failed" },
  unavailable: { status: 503, message: "The service is unavailable for the moment" },
  upstream_timeout: { status: 504, message: "The image provider took too long" },
} as const;
export type ApiErrorCode = keyof typeof API_ERRORS;

/** Ends a request with an error of the table. The message is for the caller: it never says anything of the inside. */
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

export function errorResponse({ code, message, headers }: Pick<ApiError, "code" | "message" | "headers">): Response {
  return new Response(JSON.stringify({ error: { code, message } }), {
    status: API_ERRORS[code].status,
    headers: { "content-type": "application/json", ...headers },
  });
}
