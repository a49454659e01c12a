import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT = { id: "goodtake", secret: "a client secret of the tests" };

/**
 * Starts an OpenID provider that accepts any password. The login is the subject, and the email
 * address where it has an `@`. The address of `unverified+…` is not verified, and the name of
 * `nul+…` has a NUL.
 */
export async function startIdentityProvider(): Promise<{
  issuer: string;
  serve(redirectUri: string): void;
  /** Returns the number of requests so far. */
  requests(): number;
  stop(): Promise<void>;
}> {
  let requests = 0;
  let handle: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => {
    requests += 1;
    handle(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    requests: () => requests,
    serve(redirectUri) {
      const provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
        claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
        cookies: { keys: ["a cookie key of the tests"] },
        ttl: { Session: 600, Interaction: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
        findAccount: (_, id) => ({ accountId: id, claims: () => claimsOf(id) }),
      });
      handle = provider.callback();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function claimsOf(login: string): Record<string, string | boolean> {
  const name = "Grace Hopper";
  if (!login.includes("@")) return { sub: login, name };
  if (login.startsWith("nul+")) return { sub: login, name: "Grace\0Hopper", email: login };
  if (login.includes("\0")) return { sub: login, name, email: login.replaceAll("\0", "") };
  return { sub: login, name, email: login, email_verified: !login.startsWith("unverified+") };
}
