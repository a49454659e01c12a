import type { APIResponse, Page, Request } from "playwright/test";

/** Catches the request of a server action before it leaves the browser. `press` triggers it. */
export async function catchAction(page: Page, path: string, press: () => Promise<unknown>): Promise<Request> {
  const caught = Promise.withResolvers<Request>();
  await page.route(path, async (route) => {
    const request = route.request();
    if (request.method() !== "POST") return route.continue();
    await route.abort();
    caught.resolve(request);
  });
  await press();
  const request = await caught.promise;
  await page.unroute(path);
  return request;
}

/** Sends a server action's request in the session of `page`; `data` replaces its body. */
export function sendAction(
  page: Page,
  request: Request,
  data: string | Buffer = request.postDataBuffer() ?? "",
): Promise<APIResponse> {
  const { "next-action": action = "", "content-type": type = "" } = request.headers();
  const { origin, pathname } = new URL(request.url());
  const headers = { "next-action": action, "content-type": type, origin };
  return page.request.post(pathname, { headers, data, maxRedirects: 0 });
}
