import { randomInt } from "node:crypto";
import { pool } from "#lib/database/client.ts";

/** Signs up as a browser without JavaScript does, each time from another network; returns the session's cookie. */
export async function signUp(url: string, email: string): Promise<string> {
  const page = await (await fetch(`${url}/sign-up`)).text();
  const [form = ""] = /<form[\s\S]*?<\/form>/.exec(page) ?? [];
  const fields = new FormData();
  for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const read = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(input)?.[1]?.replaceAll("&quot;", '"') ?? "";
    fields.append(read("name"), read("value"));
  }
  for (const [name, value] of Object.entries({ name: "Load", email, password: "correct horse battery" }))
    fields.append(name, value);
  const answer = await fetch(`${url}/sign-up`, {
    method: "POST",
    body: fields,
    headers: { origin: url, "x-forwarded-for": `198.18.${randomInt(256)}.1` },
    redirect: "manual",
  });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("goodtake-session="));
  if (!cookie) throw new Error(`Signing up answered ${answer.status}.`);
  return cookie.split(";")[0] as string;
}

/** Gives a person so many keys, some of them used. */
export async function insertKeysOf(email: string, count: number): Promise<void> {
  await pool().query(
    `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash", "createdAt", "lastUsedAt")
     SELECT gen_random_uuid(), u."id", 'Key ' || i, 'production', 'gt_load', sha256((u."id" || i::text)::bytea),
            now() - i * interval '1 minute', CASE WHEN i % 3 = 0 THEN now() - i * interval '1 second' END
     FROM "User" u, generate_series(1, $2::int) i WHERE u."email" = $1`,
    [email, count],
  );
  await pool().query("ANALYZE");
}
