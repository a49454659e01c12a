import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for Argon2id, which is the library's default kind: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One computation takes some 30 ms of a core, so the last in a full queue waits about a second. */
const QUEUE_PER_CORE = 32;

type Work = { running: number; waiting: (() => void)[]; done: number };
const shared = globalThis as { goodtakePasswordWork?: Work };

/** The one queue of the process, however often Next bundles this module: the cores are there once. */
export function passwordWork(): Work {
  shared.goodtakePasswordWork ??= { running: 0, waiting: [], done: 0 };
  return shared.goodtakePasswordWork;
}

/** Of 32 random bytes that nobody kept. Compared with where there is no password, so that an unknown address costs the same work. */
const DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$TRKa9xYQKocA/Ai3mQ2qcQ$IIudcmUDucZiymkPwurv8upZGMrU74N6Wtyf1wsEmYo";

/** The hash in PHC form, or `busy` where the queue for the cores is full. */
export function hashPassword(password: string): Promise<string | "busy"> {
  return onFreeCore(() => hash(comparable(password), ARGON2));
}

/** Whether this is the password; without a hash it isn't, found by the same work. `busy` where the queue is full. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean | "busy"> {
  const matches = await onFreeCore(() => verify(passwordHash ?? DUMMY_HASH, comparable(password)));
  return matches === "busy" ? "busy" : matches && passwordHash !== null;
}

/** NFC, so that `é` from two keyboards is one password (NIST SP 800-63B-4, 3.1.1.2 asks for a normal form). */
function comparable(password: string): string {
  return password.normalize("NFC");
}

async function onFreeCore<T>(compute: () => Promise<T>): Promise<T | "busy"> {
  const work = passwordWork();
  const cores = availableParallelism();
  if (work.running >= cores) {
    if (work.waiting.length >= QUEUE_PER_CORE * cores) return "busy";
    await new Promise<void>((resolve) => work.waiting.push(resolve));
  } else work.running += 1;
  try {
    return await compute();
  } finally {
    work.done += 1;
    // The place goes straight to the next in the queue; nobody who comes between can take it.
    const next = work.waiting.shift();
    if (next) next();
    else work.running -= 1;
  }
}
