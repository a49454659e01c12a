import { randomInt, randomUUID } from "node:crypto";

export type User = { name: string; email: string; password: string };

/** Returns a user without an account, so that no test depends on another. */
export function newUser(name = "Ada Lovelace"): User {
  const id = randomUUID().slice(0, 8);
  return { name, email: `ada-${id}@example.com`, password: `correct horse ${id}` };
}

/** Returns an address of the range that is reserved for benchmarks (RFC 2544). */
export function newAddress(): string {
  return `198.${18 + randomInt(2)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/**
 * Sends the form of a page that has a field of that name, filled in with `values`, as a browser
 * without JavaScript does.
 */
export async function submitForm(
  page: string,
  field: string,
  values: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return (await readForm(page, field, headers))(values, headers);
}

/**
 * Reads such a form once; returns what sends it.
 *
 * @throws if the page has no such form.
 */
export async function readForm(page: string, field: string, headers: Record<string, string> = {}) {
  const text = await (await fetch(page, { headers })).text();
  // A provider's button is a form, too.
  const form = text.match(/<form[\s\S]*?<\/form>/g)?.find((each) => each.includes(`name="${field}"`));
  if (!form) throw new Error(`${page} has no form with the field ${field}.`);
  const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => {
    const read = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll("&quot;", '"') ?? "";
    return [read("name"), read("value")] as const;
  });
  const origin = new URL(page).origin;
  return (values: Record<string, string>, headers: Record<string, string>): Promise<Response> => {
    const body = new FormData();
    for (const [name, value] of [...hidden, ...Object.entries(values)]) body.set(name, value);
    return fetch(page, { method: "POST", body, headers: { origin, ...headers }, redirect: "manual" });
  };
}

/** Signs up as a browser without JavaScript does; returns the session's cookie. */
export async function signUpByForm(
  url: string,
  user: User,
  address = newAddress(),
  form = readForm(`${url}/sign-up`, "password", { "x-forwarded-for": address }),
): Promise<string> {
  const answer = await (await form)(user, { "x-forwarded-for": address });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("goodtake-session="));
  if (!cookie) throw new Error(`Signing up answered ${answer.status}.`);
  return cookie.split(";")[0] as string;
}
