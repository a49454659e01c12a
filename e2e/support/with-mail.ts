import { freePort } from "#e2e/support/free-port.ts";
import { type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { test as base } from "#e2e/support/user.ts";

export type MailingServer = {
  url: string;
  mail: MailServer;
  server: TestServer;
  directory: string;
  stop(): Promise<void>;
};

/** Starts a separate server that sends its email to a real mail server. */
export async function startMailingServer(settings: Record<string, string> = {}): Promise<MailingServer> {
  const { directory, remove } = await temporaryDirectory();
  const mail = await startMailServer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    DATA_DIR: directory,
    PORT: String(port),
    TRUSTED_PROXIES: "127.0.0.1",
    ...mailSettings(mail),
    PUBLIC_URL: url,
    ...settings,
  });
  return {
    url,
    mail,
    server,
    directory,
    stop: async () => {
      await server.end("SIGTERM");
      await mail.stop();
      await remove();
    },
  };
}

/** Extends `test` for specs whose tests share a server that sends email. */
export const test = base.extend<object, { mailing: MailingServer; mailingSettings: Record<string, string> }>({
  mailingSettings: [{}, { scope: "worker", option: true }],
  mailing: [
    async ({ mailingSettings }, use) => {
      const mailing = await startMailingServer(mailingSettings);
      await use(mailing);
      await mailing.stop();
    },
    { scope: "worker" },
  ],
});
