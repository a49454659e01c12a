import { randomInt } from "node:crypto";

export type Person = { name: string; email: string; password: string };

/** An address of the range that is reserved for benchmarks (RFC 2544). */
export function newAddress(): string {
  return `198.${18 + randomInt(2)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Signs up as a browser without JavaScript does; returns the session's cookie. */
export async function signUpByForm(url: string, person: Person, address = newAddress()): Promise<string> {
  const page = await (await fetch(`${url}/sign-up`)).text();
  // A provider's button is a form, too.
  const form = page.match(/<form[\s\S]*?<\/form>/g)?.find((each) => each.includes('name="password"')) ?? "";
  const fields = new FormData();
  for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const read = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll("&quot;", '"') ?? "";
    fields.append(read("name"), read("value"));
  }
  for (const [name, value] of Object.entries(person)) fields.append(name, value);
  const answer = await fetch(`${url}/sign-up`, {
    method: "POST",
    body: fields,
    headers: { origin: url, "x-forwarded-for": address },
    redirect: "manual",
  });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("goodtake-session="));
  if (!cookie) throw new Error(`Signing up answered ${answer.status}.`);
  return cookie.split(";")[0] as string;
}
