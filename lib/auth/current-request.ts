import { AsyncLocalStorage } from "node:async_hooks";

/** What the server and the page it serves tell each other about one request. */
export type RequestStore = {
  /** The path and query that were asked for. Next doesn't tell a page its own address. */
  path?: string;
  /** The status to answer with. A server action has no way of its own to set one. */
  status?: number;
  /** A page or an action has begun: what it was sent could be read. */
  begun?: boolean;
};

const shared = globalThis as { goodtakeRequest?: AsyncLocalStorage<RequestStore> };

/** The one store of the process: Next's copy of this module and the server's share it. */
export function requestStore(): AsyncLocalStorage<RequestStore> {
  shared.goodtakeRequest ??= new AsyncLocalStorage();
  return shared.goodtakeRequest;
}

/** Makes the answer to the current request carry this status; does nothing outside of one. */
export function setResponseStatus(status: number): void {
  const store = requestStore().getStore();
  if (store) store.status = status;
}

/** Says that the current request has come as far as a page or an action of ours. */
export function noteBegun(): void {
  const store = requestStore().getStore();
  if (store) store.begun = true;
}

/** The path and query of the current request, if the server has said. */
export function requestedPath(): string | undefined {
  return requestStore().getStore()?.path;
}
