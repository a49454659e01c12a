import { afterAll, beforeAll, expect, test } from "vitest";
import { newUser, readForm, signUpByForm } from "#e2e/support/sign-up.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
beforeAll(async () => {
  data = await temporaryDirectory();
  server = await startServer({ DATA_DIR: data.directory, TRUSTED_PROXIES: "127.0.0.1" });
});
afterAll(async () => {
  await server.end("SIGTERM");
  await data.remove();
});

test("a flood of guesses from one /48 of IPv6 tries few passwords and delays no other user", async () => {
  const [owner, other] = [newUser(), newUser()];
  const [home, elsewhere] = ["2001:db8:8::1", "198.18.7.1"];
  await signUpByForm(server.url, owner, home);
  await signUpByForm(server.url, other);
  const send = await readForm(`${server.url}/sign-in`, "password");
  const signIn = async ({ email, password }: { email: string; password: string }, address: string) => {
    const answer = await send({ email, password }, { "x-forwarded-for": address });
    await answer.arrayBuffer();
    return { status: answer.status, signedIn: answer.headers.getSetCookie().join().includes("goodtake-session=") };
  };
  const statuses: number[] = [];
  let guesses = 0;
  let half = () => {};
  const halfDone = new Promise<void>((resolve) => (half = resolve));
  const guess = async () => {
    while (guesses < 600) {
      const address = `2001:db8:7:${(guesses++).toString(16)}00::1`;
      statuses.push((await signIn({ email: owner.email, password: "a guess of hers" }, address)).status);
      if (statuses.length > 300) half();
    }
  };
  const flood = Promise.all(Array.from({ length: 60 }, guess));
  await halfDone;
  // The owner signs in from a known network, another user from a new one.
  expect(await signIn(owner, home)).toMatchObject({ status: 303, signedIn: true });
  expect(await signIn(other, elsewhere)).toMatchObject({ status: 303, signedIn: true });
  expect((await fetch(`${server.url}/api/v1/auth`)).status).toBe(401);
  await flood;
  // 200 failures of the network and 100 of the account are free; then waits of 1 s and more begin.
  expect(statuses.filter((status) => status !== 429).length).toBeLessThan(300);
});
