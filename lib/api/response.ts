import { type ApiAnswer, type ApiError, errorAnswer } from "#lib/api/errors.ts";

/** Sets headers that are given as names and values in turn. */
export function setHeaders(headers: Headers, lines: string[]): void {
  for (let i = 0; i < lines.length; i += 2) headers.set(lines[i] as string, lines[i + 1] as string);
}

/** Converts an answer for the framework. */
export function toResponse({ status, headers, body }: ApiAnswer): Response {
  const response = new Response(body, { status });
  setHeaders(response.headers, headers);
  return response;
}

export function errorResponse(error: ApiError): Response {
  return toResponse(errorAnswer(error));
}
