import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { ownCookie } from "#lib/auth/own-cookie.ts";

const LIFETIME_S = 365 * 86_400;
/** Users that a browser is remembered for. */
const USERS_MAX = 5;

/** Returns the caller of a sign-in, with the users that its browser signed in before. */
export async function signInCaller(): Promise<Caller> {
  return { ...(await requestCaller()), signedInBefore: await readUsers() };
}

/** Remembers for a year that this browser signed a user in, in a sealed cookie. */
export async function rememberBrowser(userId: UserId): Promise<void> {
  const { name, options } = ownCookie("known-browser");
  const users = [userId, ...(await readUsers()).filter((id) => id !== userId)].slice(0, USERS_MAX);
  const value = await encode({ token: { users }, salt: name, secret: secret(), maxAge: LIFETIME_S });
  (await cookies()).set(name, value, { ...options, maxAge: LIFETIME_S });
}

async function readUsers(): Promise<string[]> {
  const { name } = ownCookie("known-browser");
  const token = (await cookies()).get(name)?.value;
  const opened = await decode({ token, salt: name, secret: secret() }).catch(() => null);
  return z.array(z.string()).catch([]).parse(opened?.users);
}

function secret(): string {
  return process.env.AUTH_SECRET ?? "";
}
