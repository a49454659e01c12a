import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { changeEmail } from "#lib/accounts/change-email.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: "198.18.6.1", userAgent: "vitest" } as const;
const PASSWORD = "correct horse battery";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function userWithPassword(): Promise<{ id: UserId; email: string }> {
  const user = await createUser();
  const passwordHash = await hash(PASSWORD, { memoryCost: 1_024, timeCost: 1 });
  await database().user.update({ where: { id: user.id }, data: { passwordHash } });
  return user;
}

test("addresses can't be tried faster than by signing up, and free ones cost nothing", async () => {
  const ada = await userWithPassword();
  const bob = await createUser("Bob");
  const to = (email: string) => changeEmail(ada.id, { email, password: PASSWORD }, CALLER);
  for (let i = 0; i < 40; i += 1) expect(await to(`ada-${i}@example.org`)).toEqual({ ok: true, value: "changed" });
  for (let i = 0; i < 30; i += 1) expect(await to(bob.email)).toEqual({ ok: false, error: "email_taken" });
  await to(bob.email);
  expect(await to(bob.email)).toMatchObject({ ok: false, error: "throttled" });
  expect(await to("ada@example.net")).toMatchObject({ ok: false, error: "throttled" });
});

test("of two that want one address at the same time, one gets it, and both are told", async () => {
  const users = await Promise.all([userWithPassword(), userWithPassword()]);
  const email = "wanted@example.com";
  const answers = await Promise.all(
    users.map(({ id }, i) =>
      changeEmail(id, { email, password: PASSWORD }, { ...CALLER, address: `198.18.6.${10 + i}` }),
    ),
  );
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers).toContainEqual({ ok: false, error: "email_taken" });
  expect(await database().user.count({ where: { email } })).toBe(1);
});
