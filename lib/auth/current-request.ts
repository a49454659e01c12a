import { AsyncLocalStorage } from "node:async_hooks";

/** What the server and the page that it serves share about one request. */
export type RequestStore = {
  /** The requested path and query, which Next doesn't give to a page. */
  path?: string;
  /** The status to answer with, which a server action can't set in Next. */
  status?: number;
  /** A page or an action has begun, so Next could read the request. */
  begun?: boolean;
};

const shared = globalThis as { goodtakeRequest?: AsyncLocalStorage<RequestStore> };

/** Returns the store that Next's copy of this module and the server's share. */
export function requestStore(): AsyncLocalStorage<RequestStore> {
  shared.goodtakeRequest ??= new AsyncLocalStorage();
  return shared.goodtakeRequest;
}

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

/** Returns the path and query of the current request, if the server has set them. */
export function requestedPath(): string | undefined {
  return requestStore().getStore()?.path;
}
