import { AsyncLocalStorage } from "node:async_hooks";
import { onceAProcess } from "#lib/once-a-process.ts";

/** What the server and the page that it serves share about one request. */
export type RequestStore = {
  /** The requested path and query, which Next doesn't give to a page. */
  path?: string;
  /** Names the request in the log and on the page of an error. */
  id?: string;
  /** The status to answer with, which a server action can't set in Next. */
  status?: number;
  /** A page or an action has begun, so Next could read the request. */
  begun?: boolean;
};

/** Returns the store that the server and Next's pages share. */
export const requestStore = onceAProcess("goodtakeRequest", () => new AsyncLocalStorage<RequestStore>());

/** Sets the status of the answer to the current request; does nothing outside of a request. */
export function setResponseStatus(status: number): void {
  const store = requestStore().getStore();
  if (store) store.status = status;
}

/** Notes that the current request has reached a page or an action of ours. */
export function noteBegun(): void {
  const store = requestStore().getStore();
  if (store) store.begun = true;
}

/** Returns the id of the current request, if the server has set one. */
export function requestId(): string | undefined {
  return requestStore().getStore()?.id;
}

/** Returns the path and query of the current request, if the server has set them. */
export function requestedPath(): string | undefined {
  return requestStore().getStore()?.path;
}

/**
 * Wraps a page or one of its reads, so that an error has the request's id as its digest, which is
 * all that Next shows of a page's error. Redirects and "not found" already have a digest.
 */
export function withRequestId<Parameters extends unknown[], Result>(
  work: (...parameters: Parameters) => Promise<Result>,
): (...parameters: Parameters) => Promise<Result> {
  return (...parameters) =>
    work(...parameters).catch((error) => {
      if (error instanceof Error && !("digest" in error)) Object.assign(error, { digest: requestId() });
      throw error;
    });
}
