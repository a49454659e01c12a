import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { FairQueue } from "#lib/accounts/fair-queue.ts";
import { widestNetwork } from "#lib/accounts/networks.ts";

/** OWASP's first choice for Argon2id, which is the library's default kind: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One computation takes some 30 ms of a core, so the last in a full queue waits about a second. */
const QUEUE_PER_CORE = 32;
/** Of libuv's pool, for what else needs it: files, DNS, compression. */
const THREADS_LEFT_FREE = 2;

/** How many computations run at once: one core stays free for requests, and libuv's pool has threads left. */
export function coresForPasswords(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  return Math.max(1, Math.min(availableParallelism() - 1, threads - THREADS_LEFT_FREE));
}

type Work = { running: number; waiting: FairQueue; done: number };
const shared = globalThis as { goodtakePasswordWork?: Work };

/** The one queue of the process, however often Next bundles this module: the cores are there once. */
export function passwordWork(): Work {
  shared.goodtakePasswordWork ??= {
    running: 0,
    waiting: new FairQueue(QUEUE_PER_CORE * coresForPasswords()),
    done: 0,
  };
  return shared.goodtakePasswordWork;
}

/** Of 32 random bytes that nobody kept. Compared with where there is no password, so that an unknown address costs the same work. */
const DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$TRKa9xYQKocA/Ai3mQ2qcQ$IIudcmUDucZiymkPwurv8upZGMrU74N6Wtyf1wsEmYo";

/** The hash in PHC form, or `busy` where the queue for the cores is full of work for the address's network. */
export function hashPassword(password: string, address: string | null): Promise<string | "busy"> {
  return onFreeCore(address, () => hash(comparable(password), ARGON2));
}

/** Whether this is the password; without a hash it isn't, found by the same work. `busy` as above. */
export async function verifyPassword(
  passwordHash: string | null,
  password: string,
  address: string | null,
): Promise<boolean | "busy"> {
  const matches = await onFreeCore(address, () => verify(passwordHash ?? DUMMY_HASH, comparable(password)));
  return matches === "busy" ? "busy" : matches && passwordHash !== null;
}

/** NFC, so that `é` from two keyboards is one password (NIST SP 800-63B-4, 3.1.1.2 asks for a normal form). */
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
    work.done += 1;
    // The place goes straight to the next in the queue; nobody who comes between can take it.
    if (!work.waiting.next()) work.running -= 1;
  }
}
