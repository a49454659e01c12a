import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FilledAccount } from "#e2e/load/large-accounts.ts";
import { wrk } from "#e2e/load/wrk.ts";
import { newAddress, readForm, submitForm } from "#e2e/support/sign-up.ts";

/**
 * Loads the dashboard for some seconds. Returns a summary in words, or throws if there was no load.
 */
export type DashboardLoad = (url: string, seconds: number) => Promise<string>;

/** Signs in as a browser without JavaScript does. Returns the session's cookie. */
export async function signInByForm(url: string, { email, password }: FilledAccount): Promise<string> {
  const address = { "x-forwarded-for": newAddress() };
  const answer = await submitForm(`${url}/sign-in`, "password", { email, password }, address);
  await answer.arrayBuffer();
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("goodtake-session="));
  if (!cookie) throw new Error(`Signing in answered ${answer.status}.`);
  return cookie.split(";")[0] as string;
}

/** Asks for pages at a fixed rate a second without waiting for answers. */
export async function renderPages(urls: string[], cookie: string, rate: number, seconds: number): Promise<string> {
  const asked: Promise<number>[] = [];
  for (const start = performance.now(); asked.length < rate * seconds; await sleep(5))
    while (asked.length < Math.min(rate * seconds, ((performance.now() - start) / 1000) * rate))
      asked.push(statusOf(urls[asked.length % urls.length] as string, { headers: { cookie } }));
  return statuses("pages", await Promise.all(asked));
}

/**
 * Reads some exports at once, again and again. Waits a second after each that was not begun in
 * time.
 */
export async function runExports(urls: string[], cookie: string, atOnce: number, seconds: number): Promise<string> {
  const over = AbortSignal.timeout(seconds * 1_000);
  let bytes = 0;
  const answers: number[] = [];
  const read = async (url: string) => {
    while (!over.aborted) {
      const { status, body } = await fetch(url, { headers: { cookie, "x-forwarded-for": newAddress() }, signal: over });
      answers.push(status);
      for await (const chunk of body as ReadableStream<Uint8Array>) if (status === 200) bytes += chunk.length;
      if (status !== 200) await sleep(1_000);
    }
  };
  const reading = Array.from({ length: atOnce }, (_, i) => read(urls[i % urls.length] as string));
  for (const result of await Promise.allSettled(reading))
    if (result.status === "rejected" && !over.aborted) throw result.reason;
  if (bytes === 0) throw new Error(`No export was read: ${statuses("exports", answers)}.`);
  return `${statuses("exports", answers)}, ${(bytes / 1e6).toFixed(1)} MB`;
}

/** Loads `GET /sign-in` without a session on 32 connections. */
export const floodSignInPages: DashboardLoad = async (url, seconds) => {
  const { requests, rejected } = await wrk({ url: `${url}/sign-in`, connections: 32, seconds });
  if (requests === rejected) throw new Error("No sign-in page was rendered.");
  return `${requests - rejected} pages, ${rejected} rejected`;
};

/** Sends wrong passwords from many addresses, 32 at a time. */
export const floodSignIns: DashboardLoad = async (url, seconds) => {
  const send = await readForm(`${url}/sign-in`, "password");
  const end = performance.now() + seconds * 1_000;
  const answers: number[] = [];
  const guess = async () => {
    while (performance.now() < end) {
      const address = `203.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
      const answer = await send(
        { email: `${randomUUID()}@example.com`, password: "a wrong guess" },
        { "x-forwarded-for": address },
      );
      await answer.arrayBuffer();
      answers.push(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 32 }, guess));
  if (answers.every((status) => status >= 500))
    throw new Error(`No sign-in was tried: ${statuses("sign-ins", answers)}.`);
  return statuses("sign-ins", answers);
};

async function statusOf(url: string, init: RequestInit): Promise<number> {
  const answer = await fetch(url, { redirect: "manual", ...init });
  await answer.arrayBuffer();
  return answer.status;
}

function statuses(what: string, answers: number[]): string {
  const counts = [...Map.groupBy(answers, (status) => status)].map(([status, { length }]) => `${length} × ${status}`);
  return `${what} ${counts.join(", ") || "none"}`;
}
