import { test } from "#e2e/support/user.ts";
import { type MailingServer, startMailingServer } from "#e2e/support/with-mail.ts";

/** Returns a `test` with a server of its own that sends its mail to a real mail server. */
export function mailingTest(settings: Record<string, string> = {}) {
  return test.extend<object, { mailing: MailingServer }>({
    mailing: [
      async ({ browserName: _ }, use) => {
        const mailing = await startMailingServer(settings);
        await use(mailing);
        await mailing.stop();
      },
      { scope: "worker" },
    ],
  });
}
