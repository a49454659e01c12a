import type { Page, Request } from "playwright/test";

/** The server action's request that `press` leads to, stopped before it leaves the browser. */
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
