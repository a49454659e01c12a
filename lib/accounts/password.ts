import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { FairQueue } from "#lib/accounts/fair-queue.ts";
import { widestNetwork } from "#lib/accounts/networks.ts";
import { onceAProcess } from "#lib/once-a-process.ts";

/** OWASP's first choice for Argon2id, the library's default: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * One computation takes about 30 ms of a core, so the last in a full queue waits about a second.
 */
const QUEUE_PER_CORE = 32;
/** Threads of libuv's pool that stay free for files, DNS and compression. */
const THREADS_LEFT_FREE = 2;

/**
 * Returns how many computations run at once: a core stays free for requests, and libuv's pool keeps
 * threads.
 */
export function coresForPasswords(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  return Math.max(1, Math.min(availableParallelism() - 1, threads - THREADS_LEFT_FREE));
}

type Work = { running: number; waiting: FairQueue };

/** Returns the one queue of the process. */
const passwordWork = onceAProcess(
  "goodtakePasswordWork",
  (): Work => ({ running: 0, waiting: new FairQueue(QUEUE_PER_CORE * coresForPasswords()) }),
);

/**
 * The hash of random bytes that nobody kept. An account without a password is compared with it, so
 * that an unknown address costs the same work.
 */
const DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$TRKa9xYQKocA/Ai3mQ2qcQ$IIudcmUDucZiymkPwurv8upZGMrU74N6Wtyf1wsEmYo";

/**
 * Returns the hash in PHC form, or `busy` if the queue is full of work for the address's network.
 */
export function hashPassword(password: string, address: string | null): Promise<string | "busy"> {
  return onFreeCore(address, () => hash(comparable(password), ARGON2));
}

/**
 * Compares a password with a hash. Without a hash the answer is false, after the same work. `busy`
 * as for {@link hashPassword}.
 */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  address: string | null,
): Promise<boolean | "busy"> {
  const matches = await onFreeCore(address, () => verify(passwordHash ?? DUMMY_HASH, comparable(password)));
  return matches === "busy" ? "busy" : matches && passwordHash !== null;
}

/**
 * Returns the NFC form, so that `é` from two keyboards is one password (NIST SP 800-63B-4,
 * 3.1.1.2).
 */
function comparable(password: string): string {
  return password.normalize("NFC");
}

async function onFreeCore<T>(address: string | null, compute: () => Promise<T>): Promise<T | "busy"> {
  const work = passwordWork();
  if (work.running < coresForPasswords()) work.running += 1;
  else if (!(await work.waiting.wait(widestNetwork(address)))) return "busy";
  try {
    return await compute();
  } finally {
    // The slot goes straight to the next in the queue; no later request can take it.
    if (!work.waiting.next()) work.running -= 1;
  }
}
