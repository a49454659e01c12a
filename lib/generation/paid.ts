import {
  type Remaining,
  type Reservation,
  refund,
  reserve,
  type Spending,
  settle,
  takeBack,
} from "#lib/credits/store.ts";
import { inTime } from "#lib/database/deadline.ts";
import type { Generate, GenerationError } from "#lib/generation/generate.ts";
import type { GeneratedImage, GenerateImageInput } from "#lib/generation/schema.ts";
import { type BeginError, beginOnce, type IdempotencyKey, settleWithAnswer } from "#lib/idempotency/store.ts";
import { log } from "#lib/log.ts";
import { err, ok, type Result } from "#lib/result.ts";

export type PaidImage = {
  image: GeneratedImage;
  /** Undefined for an image that was answered before, which costs nothing. */
  remaining: Remaining | undefined;
};
export type PaidGenerationError = BeginError | GenerationError;

/** Longer than any provider takes: what is open then was left behind by a crash. */
const RESERVATION_SECONDS = 300;

/**
 * An image for credits: reserved before the provider is called, settled when it has drawn, refunded when it has not. With an
 * idempotency key it is drawn and paid for once, and answered from then on.
 */
export async function generatePaid(
  generate: Generate,
  input: GenerateImageInput,
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
  signal: AbortSignal,
): Promise<Result<PaidImage, PaidGenerationError>> {
  const reservation = await inTime(begin(spending, idempotencyKey));
  if (!reservation.ok) return reservation;
  if ("answer" in reservation.value) return ok({ image: JSON.parse(reservation.value.answer), remaining: undefined });
  const { id, remaining } = reservation.value.reservation;

  const generated = await generate(input, signal).catch(async (error: unknown) => {
    await giveBack(id);
    throw error;
  });
  if (!generated.ok) {
    await giveBack(id);
    return err(generated.error);
  }
  const image = generated.value;
  // Settled too late to be answered: with an idempotency key the image is there for whoever asks again, without one it is lost.
  const settled = idempotencyKey
    ? await inTime(settleWithAnswer(id, JSON.stringify(image)))
    : await inTime(settle(id), () => takeBack(id, spending));
  if (!settled) log().warn({ reservation: id }, "an image took so long that its credits were refunded");
  return ok({ image, remaining });
}

async function begin(
  spending: Spending,
  idempotencyKey: IdempotencyKey | undefined,
): Promise<Result<{ reservation: Reservation } | { answer: string }, BeginError>> {
  if (idempotencyKey) return beginOnce(idempotencyKey, spending, RESERVATION_SECONDS);
  const reserved = await reserve(spending, RESERVATION_SECONDS);
  return reserved.ok ? ok({ reservation: reserved.value }) : reserved;
}

/** A refund that fails is made up for by the sweep, and must not hide why the work failed. */
async function giveBack(reservationId: string): Promise<void> {
  try {
    await inTime(refund(reservationId));
  } catch (error) {
    log().warn({ err: error, reservation: reservationId }, "a refund failed and is left to the sweep");
  }
}
