import { randomUUIDv7 } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Remaining, Spending } from "#lib/credits/spending.ts";
import { type Reservation, refund, reserve, settle } from "#lib/credits/store.ts";
import type { Generate, GenerationError } from "#lib/generation/generation.ts";
import type { ImageAnswer } from "#lib/generation/image-answer.ts";
import type { GenerateImageInput } from "#lib/generation/model/schema.ts";
import {
  type BeginError,
  beginOnce,
  cancelUnstored,
  type IdempotencyKey,
  STORED_MAX_BYTES,
  settleWithAnswer,
} from "#lib/idempotency/store.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

type PaidImage = {
  image: ImageAnswer;
  /** Undefined for a replayed image, which costs nothing. */
  remaining: Remaining | undefined;
};
/** `hung_up`: the caller was gone before the provider was asked. */
export type PaidGenerationError = BeginError | GenerationError | "hung_up";

/** Longer than any provider takes. A reservation that is still open then was left by a crash. */
const RESERVATION_SECONDS = 300;

const cutOff = new AbortController();
const open = new Set<Promise<unknown>>();

/**
 * Cuts off images that the provider is drawing and starts no new ones. Resolves when all are
 * refunded, or after `patienceMs`.
 */
export async function cutOffImages(patienceMs: number): Promise<void> {
  cutOff.abort();
  await Promise.race([Promise.allSettled(open), sleep(patienceMs)]);
}

/**
 * Draws an image for credits: reserves them, asks the provider, and settles them if it has drawn,
 * or refunds them if it hasn't. With an idempotency key the image is drawn and paid for once, and
 * replayed from then on. `caller` aborts when the caller hangs up, which ends nothing once the
 * provider was asked.
 */
export async function generatePaid(
  generate: Generate,
  input: GenerateImageInput,
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
  caller: AbortSignal,
): Promise<Result<PaidImage, PaidGenerationError>> {
  if (cutOff.signal.aborted) return err("cut_off");
  if (caller.aborted) return err("hung_up");
  const work = payAndDraw(generate, input, spending, idempotencyKey, caller);
  open.add(work);
  return work.finally(() => open.delete(work));
}

async function payAndDraw(
  generate: Generate,
  input: GenerateImageInput,
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
  caller: AbortSignal,
): Promise<Result<PaidImage, PaidGenerationError>> {
  const id = randomUUIDv7();
  const begun = await inTime(begin(id, spending, idempotencyKey), () => cancelCharge(id, spending));
  if (!begun.ok) return begun;
  if ("answer" in begun.value) return ok({ image: stored(begun.value.answer), remaining: undefined });
  if (caller.aborted) {
    await refundUntilConfirmed(id, spending);
    return err("hung_up");
  }
  const generated = await generate(input, cutOff.signal).catch(async (error: unknown) => {
    await refundUntilConfirmed(id, spending);
    throw error;
  });
  if (!generated.ok) {
    await refundUntilConfirmed(id, spending);
    return err(generated.error);
  }
  const image = generated.value;
  if (!(await settlePaid(id, spending, idempotencyKey, image)))
    log().warn({ reservation: id }, "an image took so long that its credits were refunded");
  return ok({ image, remaining: begun.value.reservation.remaining });
}

async function begin(
  id: string,
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
): Promise<Result<{ reservation: Reservation } | { answer: string }, BeginError>> {
  if (idempotencyKey) return beginOnce(idempotencyKey, spending, RESERVATION_SECONDS, id);
  const reserved = await reserve(spending, RESERVATION_SECONDS, id);
  return reserved.ok ? ok({ reservation: reserved.value }) : reserved;
}

/**
 * Settles the credits. If the caller gets no answer, a stored one is kept for its next try, and any
 * other is refunded.
 */
function settlePaid(
  id: string,
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
  image: ImageAnswer,
): Promise<boolean> {
  const { userId } = spending;
  if (!idempotencyKey) return inTime(settle(userId, id), () => cancelCharge(id, spending), { always: true });
  if (image.bytes > STORED_MAX_BYTES)
    return inTime(settleWithAnswer(userId, id, null), () => cancelUnstored(idempotencyKey, id, spending), {
      always: true,
    });
  const answer = Buffer.concat(image.chunks).toString("utf8");
  return inTime(settleWithAnswer(userId, id, answer), () => settleWithAnswer(userId, id, answer), { always: true });
}

function stored(answer: string): ImageAnswer {
  const bytes = Buffer.from(answer);
  return { chunks: [bytes], bytes: bytes.length };
}

/**
 * Refunds the credits, and retries until the database confirms it. Never throws, so that the caller
 * learns why the work failed.
 */
async function refundUntilConfirmed(id: string, { userId }: Spending): Promise<void> {
  try {
    await inTime(refund(userId, id), () => refund(userId, id), { always: true });
  } catch (error) {
    log().warn({ err: error, reservation: id }, "a refund is unconfirmed");
  }
}
