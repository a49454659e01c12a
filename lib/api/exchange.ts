import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Admission, admit } from "#lib/api/admit.ts";
import { answerHeaders } from "#lib/api/answer-headers.ts";
import { type ApiAnswer, type ApiError, errorAnswer } from "#lib/api/errors.ts";
import { recordAnswer } from "#lib/api/record-answer.ts";
import { insufficientScope, rejectionOf } from "#lib/api/rejection.ts";
import type { Remaining, SpendError } from "#lib/credits/spending.ts";

/** The route under which requests without one are recorded. */
export const UNMATCHED = "unmatched";

/**
 * The pipeline of every request to the API, with or without the framework. It makes the id, admits
 * the request where a route needs a key, and records the answer. Routes only decide.
 */
export class Exchange {
  readonly requestId = randomUUID();
  admission: Admission | undefined;
  /** Credits and quota that are left. The answer has them as headers if the route sets them. */
  remaining: Remaining | undefined;
  /** Why the request couldn't be paid. The key's owner sees it; the caller only gets a 403. */
  unpaid: SpendError | undefined;
  /** Whether the key lacks a permission. */
  lacksScope = false;
  /** Undefined if Node or the framework can't parse it. */
  readonly request: IncomingMessage | undefined;
  readonly #startedAt = performance.now();

  constructor(request?: IncomingMessage) {
    this.request = request;
  }

  /** The client's address. The front listener has put it into this header. */
  get address(): string {
    return this.request?.headers["x-forwarded-for"]?.toString() ?? "";
  }

  /**
   * Checks key, address and rate limit. Returns the error if they reject the request. Returns no
   * promise for a cached key, because this is the hot path.
   *
   * @throws {UnavailableError}
   */
  admit(): ApiError | undefined | Promise<ApiError | undefined> {
    const admission = admit(this.request?.rawHeaders ?? [], this.address);
    return admission instanceof Promise ? this.#decideLater(admission) : this.#decide(admission);
  }

  /** Returns the error if the admitted key lacks one of these permissions. */
  requireScopes(needed: readonly string[]): ApiError | undefined {
    if (this.admission?.kind !== "admitted") return undefined;
    const missing = this.admission.key.permissions?.missing(needed) ?? [];
    if (missing.length === 0) return undefined;
    this.lacksScope = true;
    return insufficientScope(missing);
  }

  /** Records the answer and returns the headers of every answer, names and values in turn. */
  finish(route: string, status: number): string[] {
    recordAnswer(this, route, status, performance.now() - this.#startedAt);
    return answerHeaders(this);
  }

  async #decideLater(admission: Promise<Admission>): Promise<ApiError | undefined> {
    return this.#decide(await admission);
  }

  #decide(admission: Admission): ApiError | undefined {
    this.admission = admission;
    return rejectionOf(admission);
  }
}

/** Builds and records the whole answer to a request that reaches no route. */
export function answerUnmatched(error: ApiError, request?: IncomingMessage): Required<ApiAnswer> {
  const { status, headers, body } = errorAnswer(error);
  return { status, headers: new Exchange(request).finish(UNMATCHED, status).concat(headers), body };
}
