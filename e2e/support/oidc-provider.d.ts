/** The package carries no types; these are the few that the tests need. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  type Claims = Record<string, string | boolean>;
  type Settings = {
    clients: { client_id: string; client_secret: string; redirect_uris: string[] }[];
    claims: Record<string, string[]>;
    cookies: { keys: string[] };
    ttl: Record<string, number>;
    findAccount(context: unknown, id: string): { accountId: string; claims(): Claims };
  };

  export default class Provider {
    constructor(issuer: string, settings: Settings);
    callback(): RequestListener;
  }
}
