import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UnavailableError } from "#lib/database/unavailable.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { HOUR_MS, MINUTE_MS } from "#lib/time/model/duration.ts";

/** Documented by GitHub under "Secret scanning partner program". */
const ENDPOINT = "https://api.github.com/meta/public_keys/secret_scanning";
const FETCH_TIMEOUT_MS = 2_000;
const KEPT_MS = 24 * HOUR_MS;
/** The shortest time between two fetches because of unknown identifiers. */
const REFETCH_MS = 10 * MINUTE_MS;
/** The pause after a failed fetch. */
const RETRY_MS = 10_000;

const answer = z.object({ public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })) });
type Keys = Map<string, KeyObject>;

/** Fetches GitHub's public keys from its endpoint. */
export async function fetchGithubKeys(url = ENDPOINT): Promise<Keys> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return parseGithubKeys(await response.json());
}

/** Reads the keys from a file in the endpoint's format. @throws {OperatorError} */
export async function readGithubKeys(file: string): Promise<Keys> {
  try {
    return parseGithubKeys(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const sentence = `GITHUB_SECRET_SCANNING_KEYS_FILE ${file} doesn't contain GitHub's public keys or can't be read.`;
    throw new OperatorError(sentence, { cause });
  }
}

function parseGithubKeys(json: unknown): Keys {
  return new Map(
    answer.parse(json).public_keys.map(({ key_identifier, key }) => {
      const publicKey = createPublicKey(key);
      // `verify` accepts any kind of key, but the protocol uses only this one.
      if (publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1")
        throw new Error(`${key_identifier} is not P-256`);
      return [key_identifier, publicKey];
    }),
  );
}

/** Keeps GitHub's keys for 24 hours. */
export class GithubKeys {
  readonly #load: () => Promise<Keys>;
  #keys: Keys = new Map();
  #loading: Promise<void> | undefined;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(load: () => Promise<Keys>) {
    this.#load = load;
  }

  /**
   * Finds GitHub's key with this identifier.
   *
   * @throws {UnavailableError} if the keys can't be read.
   */
  async find(identifier: string, now = performance.now()): Promise<KeyObject | undefined> {
    const age = now - this.#loadedAt;
    if (age >= KEPT_MS || (!this.#keys.has(identifier) && age >= REFETCH_MS)) await this.#reload(now);
    return this.#keys.get(identifier);
  }

  /** Loads the keys once for all parallel callers. */
  async #reload(now: number): Promise<void> {
    if (now - this.#failedAt < RETRY_MS) throw new UnavailableError("GitHub's keys could not be read a moment ago");
    this.#loading ??= this.#load()
      .then((keys) => {
        this.#keys = keys;
        this.#loadedAt = now;
      })
      .catch((cause: unknown) => {
        this.#failedAt = now;
        throw new UnavailableError("GitHub's keys can't be read", { cause });
      })
      .finally(() => {
        this.#loading = undefined;
      });
    await this.#loading;
  }
}

/** Tells whether GitHub signed a body: ECDSA on P-256 over its SHA-256, in base64. */
export function isSigned(key: KeyObject, body: string, signature: string): boolean {
  return verify("sha256", Buffer.from(body), key, Buffer.from(signature, "base64"));
}
